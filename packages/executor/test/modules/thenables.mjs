/* oxlint-disable unicorn/no-thenable -- thenables are what is tested */
export function twice() {
  return {
    then(resolve, reject) {
      resolve("first");
      reject(new Error("second"));
    },
  };
}

export function throwing() {
  return {
    then() {
      throw new Error("in then()");
    },
  };
}

export function readOnce() {
  let reads = 0;
  return {
    get then() {
      reads++;
      return (resolve) => resolve(reads);
    },
  };
}

export function hostilePromise() {
  return Object.defineProperty(Promise.resolve("value"), "constructor", {
    get() {
      throw new Error("in constructor");
    },
  });
}
