// The board's open files. Each holds what is on the flash, so that only changes cross to the simulation.

/** files: those that are open, by handle. */
export function createFiles(files, link, ask, bytes, copy) {
  let last = 0;
  return {
    /** mode is that of open(). Gives a handle. */
    open(name, mode) {
      let content = Buffer.alloc(0);
      const status = mode[0] === 'w' ? ask('create', name) : ask('read', name);
      if (status >= 0 && mode[0] !== 'w') content = Buffer.from(link.payload);
      const created = status < 0 && mode[0] === 'a' ? ask('create', name) : status;
      if (created < 0) return created;
      files.set(++last, { name, content, at: mode[0] === 'a' ? content.length : 0, dirty: false });
      return last;
    },
    /** Bytes in a file. */
    size(name) {
      const status = ask('read', name);
      return status < 0 ? status : link.payload.length;
    },
    /** Bytes from where the file stands to its end. */
    left: (handle) => Math.max(0, files.get(handle).content.length - files.get(handle).at),
    read_into(handle, address, count) {
      const file = files.get(handle), part = file.content.subarray(file.at, file.at + count);
      bytes().set(part, address);
      file.at += part.length;
      return part.length;
    },
    write(handle, address, count) {
      const file = files.get(handle), part = copy(address, count);
      file.dirty = true;
      const status = ask('write', file.name, String(file.at), part);
      if (status < 0) return status;
      if (file.at + count > file.content.length) file.content = Buffer.concat([file.content, Buffer.alloc(file.at + count - file.content.length)]);
      part.copy(file.content, file.at);
      file.at += count;
      return count;
    },
    seek(handle, position) { files.get(handle).at = position; },
    flush(handle) {
      const file = files.get(handle);
      const status = ask('flush', file.name);
      if (status >= 0) file.dirty = false;
      return status;
    },
    // A file that is closed is flushed, as on every file system of a board.
    close_file(handle) {
      const file = files.get(handle);
      files.delete(handle);
      return file?.dirty ? ask('flush', file.name) : 0;
    },
  };
}
