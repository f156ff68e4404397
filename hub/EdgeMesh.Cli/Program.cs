using System;
using System.Runtime.InteropServices;
using System.Threading;
using EdgeMesh.Cli;

using CancellationTokenSource interrupted = new();
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}

using PosixSignalRegistration sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await CliApplication.RunAsync(args, Console.Out, Console.Error, interrupted.Token).ConfigureAwait(false);
