import type { ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

/** What a report is made of. Anything else (links, images, markup) is shown as its text, or not at all. */
const ELEMENTS = ["h1", "h2", "h3", "p", "ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "del", "code", "blockquote", "hr", "br"];

/** One level below the page's own headings; a table scrolls by itself, by keyboard too. */
const COMPONENTS: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  table: ({ children }) => <Wide>{children}</Wide>,
  th: ({ children }) => <th scope="col">{children}</th>,
  td: ({ children }) => <td>{children}</td>,
};

const PLUGINS = [remarkGfm];

/** Foreign text may stand in a report, so raw HTML stays text and nothing can be followed. */
export default function Markdown({ text }: { text: string }) {
  return (
    <div className="zg-report">
      <ReactMarkdown remarkPlugins={PLUGINS} allowedElements={ELEMENTS} unwrapDisallowed components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

function Wide({ children }: { children: ReactNode }) {
  return (
    <div role="group" aria-label="Table" tabIndex={0} className="zg-wide">
      <table>{children}</table>
    </div>
  );
}
