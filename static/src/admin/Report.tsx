import { useCallback, useState } from "react";
import { REPORT_FORMS, type AdminApi, type ReportForm } from "./api";
import { Button, Notice } from "./Controls";
import { Document } from "./Document";
import { save } from "./download";
import type { Trouble } from "./trouble";

interface ReportProps {
  api: AdminApi;
  id: string;
}

/** The report of a run that has ended, and its files. */
export function Report({ api, id }: ReportProps) {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const ask = useCallback(async () => {
    const answer = await api.report(id, "md");
    return "trouble" in answer ? answer : { value: await answer.value.text() };
  }, [api, id]);
  const download = async (form: ReportForm) => {
    const answer = await api.report(id, form);
    if ("trouble" in answer) {
      setTrouble(answer.trouble);
    } else {
      setTrouble(null);
      save(answer.value, `${id}.${form}`);
    }
  };
  return (
    <div className="zg:flex zg:flex-col zg:gap-16">
      <div className="zg:flex zg:flex-wrap zg:items-center zg:gap-10">
        {REPORT_FORMS.map((form) => (
          <Button key={form} label={`Download report.${form}`} onPress={() => void download(form)}>
            {`report.${form}`}
          </Button>
        ))}
        <p className="zg:text-soft">Saved beside each other, make verify recomputes one from the other.</p>
      </div>
      {trouble === null ? null : <Notice trouble={trouble} />}
      <Document key={id} ask={ask} />
    </div>
  );
}
