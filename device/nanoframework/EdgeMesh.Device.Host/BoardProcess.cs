using System;
using System.IO;
using System.Threading;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.DotNet;

namespace EdgeMesh.Device.Host;

/// <summary>One boot of the board.</summary>
internal static class BoardProcess
{
    internal static int Run(HostOptions options)
    {
        DeviceConfiguration? configuration = ReadConfiguration(options.Config, out string problem);
        if (configuration == null)
        {
            Console.Error.WriteLine(problem);
            return ExitCodes.Refused;
        }

        EndWithParent();
        var log = new ConsoleLog(configuration.LogLevel);
        using var clock = new HostClock();
        using var mqtt = new MqttClientConnection(clock, log);
        using var storage = new FileStorage(options.State);
        var board = new Board(
            clock, storage, mqtt, new ProcessPower(), new ThreadDeadMan(clock, log), new AssemblyLoader(), new DotNetCrypto(), log);
        try
        {
            var client = new DeviceClient(board, configuration);
            while (true)
            {
                clock.Wait(client.Poll());
            }
        }
        catch (Exception e)
        {
            log.Write(LogLevel.Error, "A defect of the client ended the board: " + e);
            return ExitCodes.Bug;
        }
    }

    private static DeviceConfiguration? ReadConfiguration(string file, out string problem)
    {
        try
        {
            return DeviceConfiguration.Read(File.ReadAllBytes(file), out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"The configuration {file} cannot be read: {e.Message} Give --config the file that \"edgemesh devices add\" printed.";
            return null;
        }
    }

    // The parent holds the other end of the standard input: when it dies, however it dies, the board has no power.
    private static void EndWithParent() => new Thread(() =>
    {
        while (Console.In.Read() >= 0)
        {
        }

        Environment.Exit(ExitCodes.Stopped);
    }) { IsBackground = true, Name = "parent-watch" }.Start();
}
