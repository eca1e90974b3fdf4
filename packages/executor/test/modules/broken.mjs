throw new RangeError("it does not work");
