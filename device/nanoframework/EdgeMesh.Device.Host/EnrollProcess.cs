using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Device.Host;

/// <summary>Gets the device an identity before the board is started.</summary>
internal static class EnrollProcess
{
    // What belongs to an identity, and goes with the old one.
    private static readonly string[] OfIdentity = ["ca", "certificate", "private_key", "time"];

    internal static int Run(HostOptions options)
    {
        if (EnrollmentSecret.Read(options.Enroll) is not { } secret)
        {
            Console.Error.WriteLine("The PIN or code is refused: give --enroll what the hub shows, token-PIN or token-CODE.");
            return ExitCodes.Refused;
        }

        var log = new ConsoleLog(LogLevel.Info);
        using var clock = new HostClock();
        using var mqtt = new MqttClientConnection(clock, log);
        var client = new EnrollmentClient(mqtt, clock, new DotNetCrypto(), log, secret, options.Host, options.Port, options.Tls, options.Type, "nanoframework", options.Id);
        bool stored = false;
        while (!client.IsDone)
        {
            clock.Wait(client.Poll());
            if (client.Problem.Length > 0)
            {
                Console.Error.WriteLine("Enrolment: " + client.Problem);
                return ExitCodes.Refused;
            }

            if (client.Configuration is { } configuration && !stored)
            {
                stored = true;
                Store(options.Config, configuration);
                using var storage = new FileStorage(options.State);
                client.Stored(storage);
            }
        }

        log.Write(LogLevel.Info, "Enrolled.");
        return ExitCodes.Stopped;
    }

    // Beside the settings of before. Written, flushed and renamed.
    private static void Store(string config, byte[] configuration)
    {
        JsonObject members = JsonNode.Parse(configuration)!.AsObject();
        if (File.Exists(config) && JsonNode.Parse(File.ReadAllBytes(config)) is JsonObject before)
        {
            foreach ((string name, JsonNode? value) in before.Where(m => !members.ContainsKey(m.Key) && !OfIdentity.Contains(m.Key)).ToArray())
            {
                members[name] = value?.DeepClone();
            }
        }

        string path = Path.GetFullPath(config);
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(members));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
