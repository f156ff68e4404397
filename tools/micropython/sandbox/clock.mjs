// Virtual time: it stands still while nothing waits, and jumps to whatever comes next while the program sleeps.

/** What one line of a program takes on an ESP32, roughly, in µs; so a loop that only looks at the clock gets on. */
export const LINE_US = 10;
/** What asking for the time takes, in µs. */
export const TICK_US = 20;

/** A clock in whole microseconds with a queue of what is to happen; equal times happen in the order they were asked for. */
export class Clock {
  #heap = [];
  #sequence = 0;
  now_us = 0;
  /** When the next event is due; Infinity without one. */
  next_us = Infinity;

  /** Lets `happen` be called at a time; what it gives cancels. */
  at(time_us, happen) {
    const event = { time_us: Math.round(time_us), sequence: this.#sequence++, happen };
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    for (let parent; index > 0 && before(event, heap[parent = (index - 1) >> 1]); index = parent) heap[index] = heap[parent];
    heap[index] = event;
    this.next_us = heap[0].time_us;
    return event;
  }

  cancel(event) { if (event) event.happen = null; }

  /** Moves on to a time, letting happen what is due on the way; stops at once where `interrupted` says so. */
  run(until_us, interrupted = () => false) {
    while (this.next_us <= until_us) {
      const event = this.#pop();
      this.now_us = Math.max(this.now_us, event.time_us);
      event.happen?.();
      if (interrupted()) return;
    }
    this.now_us = Math.max(this.now_us, until_us);
  }

  #pop() {
    const heap = this.#heap, first = heap[0], last = heap.pop();
    if (heap.length > 0) {
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], last)) break;
        heap[index] = heap[child];
        index = child;
      }
      heap[index] = last;
    }
    this.next_us = heap[0]?.time_us ?? Infinity;
    return first;
  }
}

const before = (a, b) => a.time_us < b.time_us || (a.time_us === b.time_us && a.sequence < b.sequence);
