import { setTimeout as sleep } from "node:timers/promises";
import { debounceTime, lastValueFrom, Observable, Subject } from "rxjs";
import { switchMap, tap } from "rxjs";

function search(words: string) {
  return new Observable<string>((subscriber) => {
    console.log(`${words}: asked for`);
    const timer = setTimeout(() => {
      subscriber.next(`${words}: 3 results`);
      subscriber.complete();
    }, 500);
    return () => {
      clearTimeout(timer);
      console.log(`${words}: closed`);
    };
  });
}

const typed = new Subject<string>();
const results = typed.pipe(debounceTime(200), switchMap(search));
const end = lastValueFrom(results.pipe(tap(console.log)));

for (const words of ["py", "pyth", "python"]) {
  typed.next(words);
  await sleep(100);
}
await sleep(300);
typed.next("python async");
await sleep(300);
typed.complete();
await end;
