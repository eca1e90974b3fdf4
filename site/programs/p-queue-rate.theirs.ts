import PQueue from "p-queue";

const began = Date.now();
const seconds = () => Math.round((Date.now() - began) / 1000);

async function ask(question: number) {
  console.log(`question ${question} in second ${seconds()}`);
  return question * 10;
}

const queue = new PQueue({ intervalCap: 2, interval: 1000, strict: true });
const questions = [1, 2, 3, 4, 5];
const answers = await queue.addAll(questions.map((question) => () => ask(question)));
console.log(`answers: ${answers}`);
