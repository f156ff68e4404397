// The board's two firmware slots, its otadata and its bootloader: what esp32.Partition of modules/ stands on. Both slots and the
// otadata are files of one folder, so that they outlive power cuts. After ESP-IDF 5's esp_ota_ops and bootloader_utility, with rollback
// enabled, as all ESP32 builds of MicroPython have it.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** What a slot's image has been through, as esp_ota_img_states_t says it. */
const NEW = 'new', PENDING_VERIFY = 'pending_verify', VALID = 'valid', ABORTED = 'aborted';
const BLOCK_BYTES = 4096, MAGIC = 0xe9, HEADER_BYTES = 8, HASH_BYTES = 32;
/** esp_err_t of esp_err.h, esp_ota_ops.h and esp_flash.h. */
const ESP_ERR_INVALID_SIZE = 0x104, ESP_ERR_NOT_FOUND = 0x105, ESP_ERR_OTA_VALIDATE_FAILED = 0x1503, ESP_ERR_FLASH_OP_FAIL = 0x6001;
/** Slots begin where MicroPython's partitions-4MiB-ota.csv puts them; the sizes are the test's. */
const FIRST_ADDRESS = 0x10000;
const LABELS = ['ota_0', 'ota_1'];

/**
 * An image as this bootloader knows it: the magic byte of ESP32 images, the length, a JSON description and padding, and at the end the SHA-256 of what
 * stands before it, as esptool appends one.
 * @param about { release: what os.uname() says, crashes: whether it resets before MicroPython starts }
 * @param bytes how large it is to be at least
 */
export function firmwareImage(about, bytes = 0) {
  const text = Buffer.from(JSON.stringify(about));
  const body = Buffer.alloc(Math.max(HEADER_BYTES + text.length + 1, bytes - HASH_BYTES), 0x5a);
  body.writeUInt8(MAGIC, 0);
  body.writeUIntBE(0, 1, 3);
  body.writeUInt32BE(body.length, 4);
  text.copy(body, HEADER_BYTES);
  body.writeUInt8(0, HEADER_BYTES + text.length);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** What an image says of itself; null where the bootloader would refuse it. */
function describe(slot) {
  const length = slot.readUInt32BE(4);
  if (slot[0] !== MAGIC || length < HEADER_BYTES || length + HASH_BYTES > slot.length) return null;
  const hash = createHash('sha256').update(slot.subarray(0, length)).digest();
  if (!hash.equals(slot.subarray(length, length + HASH_BYTES))) return null;
  return JSON.parse(slot.subarray(HEADER_BYTES, slot.indexOf(0, HEADER_BYTES)).toString());
}

/** Makes the folder of a board that esptool has just flashed: an image in ota_0, erased ota_1, blank otadata. */
export function flashPartitions(folder, { slot_bytes = 256 * 1024, image = firmwareImage({ release: '1.27.0' }), rollback = true } = {}) {
  fs.mkdirSync(folder, { recursive: true });
  for (const label of LABELS) {
    const slot = Buffer.alloc(slot_bytes, 0xff);
    if (label === LABELS[0]) image.copy(slot);
    fs.writeFileSync(path.join(folder, label), slot);
  }
  fs.writeFileSync(path.join(folder, 'otadata.json'), JSON.stringify({ rollback, entries: {} }));
}

/** The partitions of one boot. */
export class Partitions {
  #folder; #change; #otadata; #slots = {}; #files = {};
  /** Label of the slot that runs, and what its image says of itself. */
  running; about;

  /**
   * @param folder made by flashPartitions
   * @param change makes a change of the flash: (make) calls make(count) for its first `count` bytes, or make() for all; it may not return,
   *   since power can be lost there
   */
  constructor(folder, change) {
    this.#folder = folder;
    this.#change = change;
    for (const label of LABELS) {
      this.#slots[label] = fs.readFileSync(path.join(folder, label));
      this.#files[label] = fs.openSync(path.join(folder, label), 'r+');
    }
    this.#otadata = JSON.parse(fs.readFileSync(path.join(folder, 'otadata.json')));
  }

  /** Chooses the slot and starts it. Answers whether it came up: one that crashes resets before MicroPython runs. */
  bootloader() {
    const { entries, rollback } = this.#otadata;
    for (const label of this.#byAge()) {
      const entry = entries[label];
      // It ran once and was not marked valid: it is not booted again.
      if (rollback && entry.state === PENDING_VERIFY) entry.state = ABORTED;
      if (entry.state === ABORTED) continue;
      if (!describe(this.#slots[label])) continue;
      if (rollback && entry.state === NEW) entry.state = PENDING_VERIFY;
      return this.#start(label);
    }
    return this.#start(LABELS.find((label) => !entries[label] && describe(this.#slots[label])) ?? LABELS[0]);
  }

  /** The calls that modules/esp32.py makes; a negative result is an esp_err_t. */
  calls(memory) {
    return {
      partition_count: () => LABELS.length,
      partition_label: (index) => LABELS[index],
      partition_size: (label) => this.#slots[label].length,
      partition_address: (label) => FIRST_ADDRESS + LABELS.indexOf(label) * this.#slots[label].length,
      partition_running: () => this.running,
      partition_boot: () => this.#bootLabel(),
      partition_next: (label) => LABELS[(LABELS.indexOf(label) + 1) % LABELS.length],
      partition_read: (label, offset, address, count) => {
        if (offset + count > this.#slots[label].length) return -ESP_ERR_INVALID_SIZE;
        memory().set(this.#slots[label].subarray(offset, offset + count), address);
        return 0;
      },
      partition_erase: (label, offset, count) => {
        if (offset % BLOCK_BYTES || count % BLOCK_BYTES || offset + count > this.#slots[label].length) return -ESP_ERR_INVALID_SIZE;
        return this.#put(label, offset, new Uint8Array(count).fill(0xff));
      },
      // NOR flash: a write can only clear bits, so what was not erased before comes out damaged, and nobody is told.
      partition_write: (label, offset, address, count) => {
        const slot = this.#slots[label];
        if (offset + count > slot.length) return -ESP_ERR_INVALID_SIZE;
        return this.#put(label, offset, memory().slice(address, address + count).map((byte, i) => byte & slot[offset + i]));
      },
      partition_set_boot: (label) => {
        if (!describe(this.#slots[label])) return -ESP_ERR_OTA_VALIDATE_FAILED;
        const youngest = Math.max(0, ...Object.values(this.#otadata.entries).map((entry) => entry.sequence));
        this.#otadata.entries[label] = { sequence: youngest + 1, state: this.#otadata.rollback ? NEW : VALID };
        return this.#save();
      },
      partition_mark_valid: () => {
        // Without the bootloader's rollback: what MicroPython's documentation says of such builds.
        if (!this.#otadata.rollback) return -ESP_ERR_NOT_FOUND;
        const entry = this.#otadata.entries[this.running];
        if (!entry || entry.state === VALID) return 0;
        entry.state = VALID;
        return this.#save();
      },
    };
  }

  #byAge() { const { entries } = this.#otadata; return Object.keys(entries).sort((a, b) => entries[b].sequence - entries[a].sequence); }

  #bootLabel() { return this.#byAge().find((label) => this.#otadata.entries[label].state !== ABORTED) ?? LABELS[0]; }

  #start(label) {
    this.running = label;
    this.about = describe(this.#slots[label]) ?? {};
    this.#save((make) => make());
    return !this.about.crashes;
  }

  #put(label, offset, bytes) {
    // The code that runs is protected, as by CONFIG_SPI_FLASH_DANGEROUS_WRITE.
    if (label === this.running) return -ESP_ERR_FLASH_OP_FAIL;
    this.#change((count = bytes.length) => {
      const part = bytes.subarray(0, count);
      this.#slots[label].set(part, offset);
      fs.writeSync(this.#files[label], part, 0, part.length, offset);
    });
    return 0;
  }

  // The bootloader keeps two copies with checksums, so that a cut write leaves the one before.
  #save(write = this.#change) {
    const target = path.join(this.#folder, 'otadata.json');
    write((count) => {
      if (count !== undefined) return;
      fs.writeFileSync(`${target}.new`, JSON.stringify(this.#otadata));
      fs.renameSync(`${target}.new`, target);
    });
    return 0;
  }
}

/** A board with one firmware slot, as most builds have it: it can be asked, and cannot be updated. */
export const oneSlot = {
  running: 'factory', about: { release: '1.27.0' },
  bootloader: () => true,
  calls: () => ({
    partition_count: () => 1, partition_label: () => 'factory', partition_size: () => 0x1f0000, partition_address: () => FIRST_ADDRESS,
    partition_running: () => 'factory', partition_boot: () => 'factory', partition_next: () => '',
    partition_read: () => -ESP_ERR_INVALID_SIZE, partition_erase: () => -ESP_ERR_FLASH_OP_FAIL, partition_write: () => -ESP_ERR_FLASH_OP_FAIL,
    partition_set_boot: () => -ESP_ERR_NOT_FOUND, partition_mark_valid: () => 0,
  }),
};
