using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Bench.Cases;

/// <summary>What trust costs: enrolment of real devices, from the start of their process until the hub says enrolled; and a signature beside plain JSON.</summary>
internal static class Trust
{
    private const int Enrolments = 5;
    private const int Messages = 20_000;

    // The network of the interpreter's host.
    private static readonly object[] Wifi = [new { ssid = "home", password = "home-home" }];

    internal static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        List<Figure> figures = [];
        using BenchFolder folder = new();
        await using HubProcess hub = await Settings.StartHubAsync(folder).ConfigureAwait(false);
        foreach (string runtime in new[] { "nanoframework", "micropython" })
        {
            double code = await EnrollAsync(hub, folder.Flash, runtime, "code").ConfigureAwait(false);
            double pin = await EnrollAsync(hub, folder.Flash, runtime, "pin").ConfigureAwait(false);
            figures.Add(Figure.Beside($"trust enrolment by PIN, {runtime}, beside one by code", pin, "ms", code));
        }

        figures.AddRange(Signing());
        return figures;
    }

    private static async Task<double> EnrollAsync(HubProcess hub, string folder, string runtime, string tier)
    {
        List<double> times = [];
        for (int run = 0; run <= Enrolments; run++)
        {
            string flash = Directory.CreateDirectory(Path.Combine(folder, $"{runtime}-{tier}-{run}")).FullName;
            var opened = await hub.RunAsync("enroll-open", new { tier }).ConfigureAwait(false);
            string secret = (string)opened["secret"]!;
            string token = (string)opened["enrollment"]!["token"]!;
            Stopwatch watch = Stopwatch.StartNew();
            using Process device = Start(runtime, flash, secret, hub.Port);
            await Progress.UntilAsync(
                async () => (string?)(await hub.RunAsync("enroll-show", new { token }).ConfigureAwait(false))["state"] == "enrolled", "the device is enrolled").ConfigureAwait(false);
            double elapsed = watch.Elapsed.TotalMilliseconds;
            device.Kill(entireProcessTree: true);
            await device.WaitForExitAsync().ConfigureAwait(false);
            Settings.Report($"trust {runtime} {tier}", run, $"{elapsed:0} ms");
            if (run > 0)
            {
                times.Add(elapsed);
            }
        }

        return Figure.Median(times);
    }

    private static Process Start(string runtime, string flash, string secret, int port)
    {
        string root = HubProcess.Root();
        ProcessStartInfo start = new(runtime == "micropython" ? "node" : "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (runtime == "micropython")
        {
            string agent = Path.Combine(root, "device/micropython");
            foreach (string file in Directory.EnumerateFiles(agent, "*.py", SearchOption.AllDirectories))
            {
                string copy = Path.Combine(flash, Path.GetRelativePath(agent, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            File.WriteAllText(Path.Combine(flash, "enroll.json"), JsonSerializer.Serialize(new { host = "127.0.0.1", port, tls = false, pin = secret, wifi = Wifi }));
            start.ArgumentList.Add(Path.Combine(root, "tools/micropython/device.mjs"));
            start.ArgumentList.Add("--flash");
            start.ArgumentList.Add(flash);
        }
        else
        {
            string dll = Path.Combine(root, "device/nanoframework/EdgeMesh.Device.Host/bin/Release/net10.0/EdgeMesh.Device.Host.dll");
            string[] arguments =
                [dll, "--config", Path.Combine(flash, "edgemesh.json"), "--state", Path.Combine(flash, "state"), "--enroll", secret, "--host", "127.0.0.1", "--port", $"{port}", "--plain"];
            foreach (string argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException("The device could not be started.");
        // Read and dropped, lest a full pipe stop the device.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Figure[] Signing()
    {
        DotNetCrypto crypto = new();
        byte[] key = crypto.Random(Limits.KeyBytes);
        string topic = Topic.Format(TopicKind.Telemetry, HubProcess.Site, "device");
        static JsonWriter Body(int n) => new JsonWriter().Add("n", n).Add("temperature", 21).Add("humidity", 48);
        List<double> plain = [];
        List<double> signed = [];
        List<double> encrypted = [];
        SessionCipher cipher = new(crypto, crypto.Random(Limits.KeyBytes), key, [SessionCipher.NameOf(TopicKind.Telemetry)]);
        Session session = new(crypto, key, key, cipher);
        for (int run = 1 - Settings.WarmUps; run <= Settings.Runs; run++)
        {
            double without = PerMessage(n => Body(n).ToBytes());
            double with = PerMessage(n => SignedJson.Sign(crypto, key, topic, Body(n)));
            double secret = PerMessage(n => session.Seal(TopicKind.Telemetry, topic, new JsonWriter().Add("temperature", 21).Add("humidity", 48)));
            if (run > 0)
            {
                encrypted.Add(secret);
                plain.Add(without);
                signed.Add(with);
            }
        }

        return
        [
            Figure.Beside("trust writing a signed message, beside a plain one", Figure.Median(signed), "µs", Figure.Median(plain)),
            Figure.Beside("trust writing an encrypted and signed message, beside a plain one", Figure.Median(encrypted), "µs", Figure.Median(plain)),
        ];
    }

    private static double PerMessage(Func<int, byte[]> write)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long bytes = 0;
        for (int n = 0; n < Messages; n++)
        {
            bytes += write(n).Length;
        }

        return bytes > 0 ? watch.Elapsed.TotalMicroseconds / Messages : throw new InvalidOperationException("Nothing was written.");
    }
}
