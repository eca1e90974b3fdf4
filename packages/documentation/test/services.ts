/** The module that examples of the documentation name as "./services.js". */
import { Semaphore, sleep } from "asyncio-ts";

const connections = new Semaphore(2);

export const services = {
  async lookup(id: number): Promise<number> {
    return connections.with(async () => {
      await sleep(1);
      return 10 * id;
    });
  },
};
export type Services = typeof services;
