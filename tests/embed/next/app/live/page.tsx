import type { Metrics } from "@0g-inference-metrics/panel";
import "@0g-inference-metrics/panel/style.css";
import { connection } from "next/server";
import { LiveMetrics } from "./LiveMetrics";

/** The server reads the first snapshot, the browser goes on from there. */
export default async function Page() {
  await connection();
  const url = `${process.env.METRICS_ORIGIN}/api/metrics`;
  const reply = await fetch(url, { cache: "no-store" });
  const metrics: Metrics = await reply.json();
  const initial = { metrics, date: Date.parse(reply.headers.get("date") ?? metrics.renderedAt) };
  return <LiveMetrics url={url} initial={initial} />;
}
