using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;
using EdgeMesh.Device.Platform;

namespace EdgeMesh.Device.Host;

/// <summary>The power supply: starts the board as a child process, and again whenever it resets.</summary>
internal static class Supervisor
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    internal static int Run(HostOptions options)
    {
        var log = new ConsoleLog(LogLevel.Info);
        using var stopping = new ManualResetEventSlim();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Set();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        while (!stopping.IsSet)
        {
            int code = RunBoard(options, stopping.WaitHandle);
            if (stopping.IsSet) break;
            if (code == ExitCodes.Refused) return code;
            if (code != ExitCodes.Reboot)
            {
                // A crash of the process is what a fault of the CPU is on hardware: the board resets.
                log.Write(LogLevel.Error, $"The board ended with code {code} and is started again.");
                stopping.Wait(RestartDelay);
            }
        }

        return ExitCodes.Stopped;
    }

    private static int RunBoard(HostOptions options, WaitHandle stopping)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("The process does not know its own path.");
        var start = new ProcessStartInfo(self) { UseShellExecute = false, RedirectStandardInput = true };
        if (System.IO.Path.GetFileNameWithoutExtension(self) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in new[] { "--config", options.Config, "--state", options.State, "--board" }) start.ArgumentList.Add(argument);
        using var board = Process.Start(start) ?? throw new Win32Exception($"{self} could not be started.");
        using var ended = new ManualResetEvent(false);
        board.EnableRaisingEvents = true;
        board.Exited += (_, _) => ended.Set();
        if (board.HasExited) ended.Set();
        if (WaitHandle.WaitAny([ended, stopping]) == 1)
        {
            // Without a good-bye, so that the broker publishes the will: the device is gone.
            board.Kill();
        }

        board.WaitForExit();
        return board.ExitCode;
    }
}
