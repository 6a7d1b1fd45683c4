/** 导出面板的文字。 */
import type en from '../en/export.ts';

const messages: typeof en = {
  export: {
    run: '训练记录',
    noRun: '还没有可导出的模型',
    noRunText: '先去训练一个，点一下按钮就行。导出的模型与您在这里看到的效果完全一致。',
    toTrain: '前往训练',
    model: {
      title: '模型',
      about: '一个 ONNX 文件，包含权重、类别名称和预处理。交给您之前，会由另一个进程与训练结果核对。',
      input: '输入',
      image: '图片',
      imageAbout: '0 到 255 的字节，与图片本身一样，用起来最简单。',
      tensor: '归一化的数值',
      tensorAbout: '与 PyTorch 和 torchvision 的预处理一致，适合已经这样做的程序。',
      write: '导出模型',
      busy: '正在写入并核对',
    },
    parity: {
      good: '与您在这里看到的效果一致。',
      text: '在独立的进程中用 {n} 张图片核对：{agree} 的预测一致，数值相差不超过 {difference}。',
    },
    weights: {
      title: '权重',
      about: '只有数值，safetensors 格式，名称与 PyTorch 相同。',
      write: '导出权重',
    },
    card: {
      title: '模型卡片',
      about: '写给模型使用者的说明：数据、指标和设置，全部来自这次训练的记录，绝不编造。',
      read: '查看',
      save: '保存卡片',
    },
    use: {
      title: '使用模型',
      about: '一个完整的程序，用导出的模型识别图片，预处理与训练时相同。',
      languages: '编程语言',
      python: 'Python',
      javascript: 'JavaScript',
      copy: '复制',
      copied: '已复制。',
      install: '先安装：',
    },
    dataset: {
      title: '数据集',
      about: '{dataset} 的图片和标签，供其他程序使用。已排除和未标注的图片不会导出。',
      none: '还没有数据集。',
      format: '格式',
      formats: {
        'image-folder': '每个类别一个文件夹',
        'csv-copy': 'CSV 列表和图片',
        csv: '仅 CSV 列表',
      },
      formatsAbout: {
        'image-folder': 'torchvision 的格式：train/cat/1.jpg。',
        'csv-copy': '一个表格，图片放在旁边。',
        csv: '路径指向实验室所在的电脑。',
      },
      write: '导出数据集',
    },
    done: '已保存为 {name}。',
    finished: {
      title: '可以下载',
      titleDesktop: '实验室文件夹中的导出',
      none: '导出的文件会出现在这里。',
      download: '下载 {name}',
      show: '在文件夹中显示 {name}',
      remove: '删除 {name}',
      removeTitle: '删除这个导出文件？',
      removeText: '{name} 将从实验室中删除。训练记录会保留，可以再次导出。',
    },
    kinds: {
      model: '模型',
      weights: '权重',
      dataset: '数据集',
      card: '模型卡片',
      table: '表格',
      other: '文件',
    },
  },
};
export default messages;
