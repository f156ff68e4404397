using System;
using System.Threading;
using EdgeMesh.Device.Platform;
using nanoFramework.Runtime.Native;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>The client on a board: settings, network, enrolment, and then <see cref="DeviceClient"/> for ever.</summary>
public static class Program
{
    private const string Drive = "I:\\";
    private const int RestartDelayMs = 10000;

    /// <summary>Called by the firmware at every boot.</summary>
    public static void Main()
    {
        NanoLog log = new NanoLog();
        NanoPower power = new NanoPower();
        try
        {
            Run(log, power);
        }
        catch (Exception e)
        {
            // Nobody is above this to see it; a moment is left for a debugger, or for what is wrong to pass.
            log.Write(LogLevel.Error, "A defect ended the board: " + e.Message + " " + e.StackTrace);
            Thread.Sleep(RestartDelayMs);
        }

        power.Reboot();
    }

    private static void Run(NanoLog log, NanoPower power)
    {
        NanoClock clock = new NanoClock();
        NanoStorage storage = new NanoStorage(Drive);
        SettingsFile file = new SettingsFile(storage);
        NanoSettings? settings = file.Read(out string problem);
        if (settings == null)
        {
            Ask(file, problem, log);
            return;
        }

        SetClockAtLeast(settings.UnixSeconds);
        new WifiKeeper(settings.Networks, clock, log).Start();
        Board board = new Board(
            clock, storage, new M2MqttConnection(clock, log), power, new ThreadDeadMan(clock, power, log), new AssemblyLoader(), new NanoCrypto(), log);
        if (settings.Device == null)
        {
            Enrol(board, settings, file);
            return;
        }

        log.Least = settings.Device.LogLevel;
        DeviceClient client = new DeviceClient(board, settings.Device);
        while (true)
        {
            clock.Wait(client.Poll());
        }
    }

    private static void Enrol(Board board, NanoSettings settings, SettingsFile file)
    {
        if (!NanoCrypto.HasHardwareRandom)
        {
            Ask(file, "This board has no random numbers that may be keys, so it cannot enrol; add it at the hub with \"edgemesh devices add\".", board.Log);
            return;
        }

        Enrolling enrolling = new Enrolling(board, settings, file);
        while (!enrolling.IsDone)
        {
            board.Clock.Wait(enrolling.Poll());
            if (enrolling.Problem.Length > 0)
            {
                Ask(file, "The enrolment failed: " + enrolling.Problem, board.Log);
                return;
            }
        }

        board.Log.Write(LogLevel.Info, "Enrolled.");
    }

    private static void Ask(SettingsFile file, string reason, IDeviceLog log)
    {
        log.Write(LogLevel.Warning, reason);
        new FirstRun(FirstRun.OpenPort().BaseStream!, file).Run(reason);
    }

    // A clock that was never set says 1970, when no certificate has begun.
    private static void SetClockAtLeast(long unixSeconds)
    {
        DateTime least = DateTime.UnixEpoch.AddSeconds(unixSeconds);
        if (DateTime.UtcNow < least)
        {
            Rtc.SetSystemTime(least);
        }
    }
}
