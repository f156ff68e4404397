// As systemd does for a socket with Accept=yes: every connection to a Unix socket starts a command that has it as its standard input.
// node accept.mjs SOCKET COMMAND [ARGUMENT...]
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const [, , path, command, ...args] = process.argv;
createServer({ pauseOnConnect: true, allowHalfOpen: true }, (connection) => {
  const worker = spawn(command, args, { stdio: [connection, "inherit", "inherit"] });
  worker.on("spawn", () => console.log(`started ${worker.pid}`));
  worker.on("exit", (code) => { console.log(`ended ${worker.pid} ${code}`); connection.destroy(); });
}).listen(path, () => console.log("listening"));
