declare module "virtual:program-worker" {
  /** The text of the worker that runs a program. */
  const text: string;
  export default text;
}
