import type { ReactNode } from "react";

interface ListingProps {
  caption: string;
  columns: readonly string[];
  /** The rows. */
  children: ReactNode;
}

/** A table; in a narrow box of class zg-list its rows stand as blocks (Cell). */
export function Listing({ caption, columns, children }: ListingProps) {
  return (
    <table className="zg:w-full">
      <caption className="zg:pb-6 zg:text-left zg:text-soft">{caption}</caption>
      <thead className="zg:text-soft">
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col" className="zg:py-6 zg:pr-20">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
