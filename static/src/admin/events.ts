// Server-sent events from a stream that fetch gave: EventSource cannot send the token.

export interface ServerEvent {
  id: number;
  name: string;
  data: unknown;
}

/** The server pings every ten seconds; a line that is silent for longer than this is dead. */
const SILENCE_MS = 25_000;

/** The events as they come; ends with the stream, or when it has been silent for too long. */
export async function* readEvents(stream: ReadableStream<Uint8Array>, silenceMs = SILENCE_MS): AsyncGenerator<ServerEvent> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await within(silenceMs, reader.read());
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** One block of lines; null for a ping and for anything that is no event of ours. */
export function parseEvent(block: string): ServerEvent | null {
  const [, id, name, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(block) ?? [];
  if (id === undefined || name === undefined || data === undefined) return null;
  try {
    return { id: Number(id), name, data: JSON.parse(data) as unknown };
  } catch {
    return null;
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("silent"));
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
