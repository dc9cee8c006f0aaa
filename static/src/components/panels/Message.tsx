interface MessageProps {
  error: Error | null;
}

/** In place of the cards when there is nothing to show in them. */
export function Message({ error }: MessageProps) {
  return (
    <div className="zg:col-span-full zg:row-start-2 zg:row-end-[-1] zg:flex zg:flex-col zg:items-center zg:justify-center zg:gap-12 zg:rounded-card zg:bg-card zg:p-40 zg:text-center zg:[border:1px_solid_var(--zg-line)]">
      {error === null ? (
        <>
          <p className="zg:text-value zg:strong">No inference data available</p>
          <p className="zg:text-label zg:text-soft">
            Inference metrics will display once the inference agent connects to 0G compute.
          </p>
        </>
      ) : (
        <p className="zg:text-value zg:strong zg:[overflow-wrap:anywhere]">{error.message}</p>
      )}
    </div>
  );
}
