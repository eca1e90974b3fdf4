import PQueue from "p-queue";

const began = Date.now();
const seconds = () => Math.round((Date.now() - began) / 1000);

async function ask(question: number) {
  console.log(`question ${question} in second ${seconds()}`);
  return question * 10;
}

const queue = new PQueue({ interval: 1000, intervalCap: 2, strict: true });
const questions = [1, 2, 3, 4, 5];
const answers = await queue.addAll(questions.map((n) => () => ask(n)));
console.log(`answers: ${answers}`);
