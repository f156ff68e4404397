// The device's flash. The interpreter's own file system lives in memory; this mirrors each mutating system call into a
// host folder as it happens, so that a kill at any moment loses nothing that the device had written, and a rename stays
// one rename. It also counts those calls and can lose power at any of them.
import fs from 'node:fs';
import path from 'node:path';

/** Where the device's root is mounted in the interpreter's in-memory file system. */
export const MOUNT = '/flash';

/** ENOSPC as WASI numbers it. */
const NO_SPACE = 51;
const O_ACCMODE = 3, O_CREAT = 64, O_TRUNC = 512, O_APPEND = 1024, AT_REMOVEDIR = 512;

// This build's C library numbers errors as WASI does; a device raises littlefs's numbers, which are Linux's.
const DEVICE_ERRNO = { 2: 13, 6: 11, 8: 9, 20: 17, 22: 27, 28: 22, 29: 5, 31: 21, 33: 24, 37: 36, 44: 2, 48: 12, 51: 28, 54: 20,
  55: 39, 63: 1, 69: 30, 75: 18 };
const deviceErrno = (error) => DEVICE_ERRNO[error] ?? error;

/**
 * One mounted flash.
 * @property calls how many mutating calls (open that creates or truncates, write, sync, close of a file open for writing,
 *   rename, unlink, mkdir, rmdir) have begun.
 */
export class Storage {
  #folder; #cut; #full; #onCut; #FS; #memory; #open = new Map();
  calls = 0;

  /**
   * @param folder host folder that holds the flash's content
   * @param cut undefined, or { at, written = 0, unflushed = 'kept' }: power is lost at call number `at` (from 1); of a write,
   *   its first `written` bytes still reach the flash; data not yet flushed or closed is 'kept' or 'lost'.
   * @param full undefined, or { at, count = Infinity }: of the mutating calls from number `at` on, so many find no room: those of them
   *   that write fail with ENOSPC, and nothing is written.
   * @param onCut called when power is lost; it must not return
   */
  constructor(folder, { cut, full }, onCut) { this.#folder = folder; this.#cut = cut; this.#full = full; this.#onCut = onCut; }

  /** Copies the folder's content into the interpreter's file system; from then on calls are mirrored. */
  mount(FS, memory) {
    const load = (folder, target) => {
      FS.mkdir(target);
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const source = path.join(folder, entry.name), name = `${target}/${entry.name}`;
        if (entry.isDirectory()) load(source, name);
        else if (entry.isFile()) FS.writeFile(name, fs.readFileSync(source));
      }
    };
    load(this.#folder, MOUNT);
    this.#FS = FS;
    this.#memory = memory;
  }

  /** Replaces the system calls in the import objects `env` and `wasi` of the interpreter, before it is instantiated. */
  intercept(env, wasi) {
    this.#wrap(env, '__syscall_openat', (call, args) => this.#openat(call, args));
    this.#wrap(env, '__syscall_renameat', (call, args) => {
      const from = this.#path(args[1]), to = this.#path(args[3]);
      return this.#change(call, from ?? to, () => fs.renameSync(this.#host(from), this.#host(to)));
    });
    this.#wrap(env, '__syscall_unlinkat', (call, args) => {
      const target = this.#path(args[1]);
      return this.#change(call, target, () => (args[2] & AT_REMOVEDIR ? fs.rmdirSync : fs.unlinkSync)(this.#host(target)));
    });
    this.#wrap(env, '__syscall_rmdir', (call, args) => {
      const target = this.#path(args[0]);
      return this.#change(call, target, () => fs.rmdirSync(this.#host(target)));
    });
    this.#wrap(env, '__syscall_mkdirat', (call, args) => {
      const target = this.#path(args[1]);
      return this.#change(call, target, () => fs.mkdirSync(this.#host(target)));
    });
    this.#wrap(wasi, 'fd_write', (call, args) => this.#write(call, args[0]));
    this.#wrap(wasi, 'fd_sync', (call, args) => this.#file(args[0], call, (file) => {
      fs.fsyncSync(file.handle);
      file.flushed = this.#content(file.node);
    }));
    this.#wrap(wasi, 'fd_close', (call, args) => this.#file(args[0], call, (file) => {
      fs.closeSync(file.handle);
      this.#open.delete(args[0]);
    }));
    for (const name of Object.keys(env).filter((name) => name.startsWith('__syscall'))) {
      const call = env[name];
      env[name] = (...args) => { const result = call(...args); return result < 0 ? -deviceErrno(-result) : result; };
    }
    // Both import objects may be one and the same: only these return errors.
    for (const name of Object.keys(wasi).filter((name) => name.startsWith('fd_'))) {
      const call = wasi[name];
      wasi[name] = (...args) => deviceErrno(call(...args));
    }
  }

  #wrap(imports, name, replacement) {
    const original = imports[name];
    imports[name] = (...args) => (this.#FS ? replacement(() => original(...args), args) : original(...args));
  }

  #openat(call, [, pointer, flags]) {
    const target = this.#path(pointer);
    const mutates = (flags & (O_CREAT | O_TRUNC)) !== 0;
    if (target === undefined || (flags & O_ACCMODE) === 0) return call();
    if (mutates) this.#step();
    const fd = call();
    if (fd < 0) return fd;
    const node = this.#FS.getStream(fd).node;
    const handle = fs.openSync(this.#host(target), fs.constants.O_RDWR | (flags & O_CREAT ? fs.constants.O_CREAT : 0)
      | (flags & O_TRUNC ? fs.constants.O_TRUNC : 0));
    this.#open.set(fd, { handle, node, flushed: this.#content(node) });
    return fd;
  }

  #write(call, fd) {
    const file = this.#open.get(fd);
    if (!file) return call();
    const cutHere = this.#step(true);
    if (this.#isFull()) return NO_SPACE;
    const stream = this.#FS.getStream(fd);
    const start = stream.flags & O_APPEND ? file.node.usedBytes : stream.position;
    const error = call();
    if (error !== 0) return error;
    let bytes = file.node.contents.subarray(start, stream.position);
    if (cutHere) bytes = bytes.subarray(0, this.#cut.written);
    for (let done = 0; done < bytes.length;) done += fs.writeSync(file.handle, bytes, done, bytes.length - done, start + done);
    if (cutHere) this.#losePower();
    return error;
  }

  #file(fd, call, mirror) {
    const file = this.#open.get(fd);
    if (!file) return call();
    this.#step();
    const error = call();
    mirror(file);
    return error;
  }

  #change(call, target, mirror) {
    if (target === undefined) return call();
    this.#step();
    const result = call();
    if (result === 0) mirror();
    return result;
  }

  /** Counts one mutating call; answers whether power is to be lost after part of it, and never returns if before it. */
  #step(isWrite = false) {
    if (++this.calls !== this.#cut?.at) return false;
    if (isWrite && this.#cut.written > 0) return true;
    return this.#losePower();
  }

  /** One change of the flash outside the file system, counted as a call: make(count) makes its first bytes, make() all of it. */
  change(make) {
    if (!this.#step(true)) { make(); return; }
    make(this.#cut.written);
    this.#losePower();
  }

  /** Whether the call that was counted last finds no room. */
  #isFull() {
    if (this.#full === undefined) return false;
    const { at, count = Infinity } = this.#full;
    return this.calls >= at && this.calls < at + count;
  }

  #losePower() {
    if (this.#cut.unflushed === 'lost') {
      for (const { handle, flushed } of this.#open.values()) {
        fs.ftruncateSync(handle, 0);
        fs.writeSync(handle, flushed, 0, flushed.length, 0);
      }
    }
    return this.#onCut();
  }

  /** The content as it stands; only a run that may lose it needs the copy. */
  #content(node) {
    return this.#cut?.unflushed === 'lost' && node.usedBytes ? Uint8Array.from(node.contents.subarray(0, node.usedBytes)) : new Uint8Array();
  }

  /** The device path that a C string names, or undefined where it is outside the flash. */
  #path(pointer) {
    const bytes = new Uint8Array(this.#memory.buffer);
    const name = Buffer.from(bytes.subarray(pointer, bytes.indexOf(0, pointer))).toString();
    const full = path.posix.resolve(this.#FS.cwd(), name);
    return full.startsWith(`${MOUNT}/`) ? full.slice(MOUNT.length) : undefined;
  }

  #host(devicePath) { return path.join(this.#folder, devicePath); }
}
