import { PageHeader } from "./PageHeader";
import { Problem } from "./Problem";

interface Props {
  /** What would have been shown. */
  title: string;
  back: { to: string; label: string };
  error: unknown;
  retry?: () => void;
}

/** A page whose subject could not be had: it still says what it is, and leads back. */
export function Unreachable({ title, back, error, retry }: Props) {
  return (
    <>
      <PageHeader title={title} back={back} />
      <Problem error={error} retry={retry} />
    </>
  );
}
