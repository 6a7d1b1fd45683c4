/** Where the built page lies, seen from the sources as well as from the bundles. */

/** The folder of the page's `index.html`, with a slash at its end. */
export function pageUrl(here: string = import.meta.url): URL {
  return new URL(here.endsWith('.ts') ? '../../out/renderer/' : '../renderer/', here);
}
