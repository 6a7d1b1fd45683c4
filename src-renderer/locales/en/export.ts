/** Texts of the panel that takes models and data sets away. */
export default {
  export: {
    run: 'Run',
    noRun: 'No model to export yet',
    noRunText: 'Train one first: one click is enough. What you export then does exactly what you saw here.',
    toTrain: 'Go to Train',
    model: {
      title: 'Model',
      about:
        'One ONNX file with weights, class names and preprocessing. A second process checks it against the run before it is yours.',
      input: 'What it takes',
      image: 'Pictures',
      imageAbout: 'Bytes 0 to 255, as a picture holds them. The simplest to use.',
      tensor: 'Normalised numbers',
      tensorAbout: 'As PyTorch and torchvision prepare them: for programs that do so already.',
      write: 'Export the model',
      busy: 'Writing and comparing',
    },
    parity: {
      good: 'It does what you saw here.',
      text: '{n} pictures went through the file in a process of its own: {agree} of the predictions agree, values differ by at most {difference}.',
    },
    weights: {
      title: 'Weights',
      about: 'The numbers alone, as safetensors, with the names that PyTorch gives them.',
      write: 'Export the weights',
    },
    card: {
      title: 'Model card',
      about:
        'What is recorded of this run, for whoever uses the model: data, figures, settings. Nothing is made up.',
      read: 'Read it',
      save: 'Save the card',
    },
    use: {
      title: 'Use it',
      about:
        'A whole program that asks the exported model about pictures. It prepares them as the training did.',
      languages: 'Language',
      python: 'Python',
      javascript: 'JavaScript',
      copy: 'Copy',
      copied: 'Copied.',
      install: 'Install first:',
    },
    dataset: {
      title: 'Data set',
      about:
        'The images of {dataset} with their labels, for other programs. Excluded and unlabelled ones stay here.',
      none: 'There is no data set yet.',
      format: 'Format',
      formats: {
        'image-folder': 'A folder for each class',
        'csv-copy': 'CSV list with the images',
        csv: 'CSV list alone',
      },
      formatsAbout: {
        'image-folder': 'As torchvision reads it: train/cat/1.jpg.',
        'csv-copy': 'One table and the images beside it.',
        csv: 'Paths on the machine where the lab runs.',
      },
      write: 'Export the data set',
    },
    done: 'Saved as {name}.',
    finished: {
      title: 'Ready to download',
      titleDesktop: 'In the lab’s folder',
      none: 'What you export appears here.',
      download: 'Download {name}',
      show: 'Show {name} in its folder',
      remove: 'Delete {name}',
      removeTitle: 'Delete this export?',
      removeText: '{name} is deleted from the lab. The run stays, you can export it again.',
    },
    kinds: {
      model: 'Model',
      weights: 'Weights',
      dataset: 'Data set',
      card: 'Model card',
      table: 'Table',
      other: 'File',
    },
  },
};
