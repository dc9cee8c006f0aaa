/** Which network's money is spent; the local one as plainly as on the panel. */
export function NetworkBand({ network }: { network: string }) {
  return network === "local" ? (
    <p className="zg-band zg-stripes zg:strong">LOCAL NETWORK · simulated providers, money without worth</p>
  ) : (
    <p className="zg-band zg:strong">{`Network: ${network}`}</p>
  );
}
