import { useState } from "react";
import type { Theme } from "../lib/model";
import { openAdminApi, type AdminApi } from "./api";
import { Button } from "./Controls";
import { Desk } from "./Desk";
import type { Run } from "./model";
import { TokenForm } from "./TokenForm";
import type { Trouble } from "./trouble";

interface Session {
  api: AdminApi;
  runs: readonly Run[];
}

/** Asks for the token first; with it, the desk. The token itself is known to the session's API alone. */
export function AdminPage({ theme }: { theme: Theme }) {
  const [session, setSession] = useState<Session | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  const enter = async (token: string) => {
    setIsAsking(true);
    setTrouble(null);
    const api = openAdminApi(token, (refused) => {
      setSession(null);
      setTrouble(refused);
    });
    const answer = await api.runs();
    setIsAsking(false);
    if ("value" in answer) setSession({ api, runs: answer.value });
    else setTrouble(answer.trouble);
  };
  const leave = () => {
    setSession(null);
    setTrouble(null);
  };

  return (
    <main className="zg-page zg-admin" data-theme={theme}>
      <header className="zg-admin-head">
        <h1 className="zg:mr-auto zg:text-section zg:strong">Benchmarks</h1>
        {session === null ? null : <a href="#runs">Runs</a>}
        <a href="/">The panel</a>
        {session === null ? null : <Button onPress={leave}>Forget the token</Button>}
      </header>
      {session === null ? (
        <TokenForm isBusy={isAsking} trouble={trouble} onToken={(token) => void enter(token)} />
      ) : (
        <Desk api={session.api} initialRuns={session.runs} />
      )}
    </main>
  );
}
