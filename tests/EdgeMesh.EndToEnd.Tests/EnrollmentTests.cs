using System.Diagnostics;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.EndToEnd.Tests.World;
using Xunit.Abstractions;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>A device that has nothing but what the owner read from the hub: real processes on both sides.</summary>
public abstract class EnrollmentTests(string runtime, ITestOutputHelper output)
{
    [Theory]
    [InlineData("pin")]
    [InlineData("code")]
    public async Task A_device_with_the_PIN_or_code_enrols_comes_online_and_keeps_its_identity_over_a_restart(string tier)
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            (JsonNode shown, RunningProcess cli) = await OpenAsync(site, tier, "--device", "porch");
            Device device = site.NewDevice("porch", runtime);
            Stopwatch clock = Stopwatch.StartNew();
            Task<Message> online = Online(site, "porch");
            device.StartEnrolling(shown);
            Assert.Equal(0, await cli.ExitedAsync());
            output.WriteLine(FormattableString.Invariant($"measured: {runtime}: enrolled by {tier} in {clock.Elapsed.TotalSeconds:F1} s, the process's start included"));
            await online;
            Assert.Equal(device.Type, (string?)(await device.ShowAsync())["type"]);
            Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(device.Configuration)!, "enroll.json")), "the PIN is not kept");

            device.Kill();
            Task<Message> again = Online(site, "porch");
            await device.RestartAsync();
            await again;
        });
    }

    [Fact]
    public async Task A_device_with_a_wrong_PIN_gets_nothing_says_so_and_does_not_use_up_the_tries()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            (JsonNode opened, RunningProcess cli) = await OpenAsync(site, "pin", "--device", "porch");
            string secret = (string)opened["secret"]!;
            Device device = site.NewDevice("porch", runtime);
            device.StartEnrolling(opened, secret[..^1] + (secret[^1] == '0' ? '1' : '0'));
            await Eventually.TrueAsync(() => device.Processes[^1].Lines.Any(l => l.Contains(ErrorCodes.EnrollmentRefused, StringComparison.Ordinal)), "the device says why");
            await Eventually.TrueAsync(() => device.Processes[^1].HasExited, "and stops");
            Assert.False(File.Exists(device.Configuration));
            JsonNode shown = JsonNode.Parse(await site.MustAsync("enroll", "list", "--json"))![0]!;
            Assert.Equal(("waiting", 1), ((string?)shown["state"], (int)shown["failed"]!));
            await site.MustAsync("enroll", "cancel", secret[..8]);
            Assert.Equal(4, await cli.ExitedAsync());
            string audit = await site.MustAsync("audit", "list", "--json");
            Assert.Contains("enroll-try", audit, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[9..], audit, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_known_device_enrols_anew_and_its_old_key_is_refused()
    {
        await using Site site = await Site.StartAsync();
        await site.WatchAsync(output, async () =>
        {
            Device device = await site.AddDeviceAsync("porch", runtime);
            string before = (string)JsonNode.Parse(await File.ReadAllTextAsync(device.Configuration))!["key"]!;
            device.Kill();
            await device.Processes[^1].ExitedAsync();
            await Eventually.TrueAsync(() => RunningProcess.WithArgument(device.Configuration).Length == 0, "the device is off");
            (JsonNode shown, RunningProcess cli) = await OpenAsync(site, "code", "--device", "porch");
            Task<Message> online = Online(site, "porch");
            device.StartEnrolling(shown);
            Assert.Equal(0, await cli.ExitedAsync());
            await online;
            JsonNode after = JsonNode.Parse(await File.ReadAllTextAsync(device.Configuration))!;
            Assert.NotEqual(before, (string)after["key"]!);
            Assert.Equal(500, (int)after["healthy_after_ms"]!);
            Assert.Single(JsonNode.Parse(await site.MustAsync("devices", "list", "--json"))!.AsArray());
        });
    }

    [Fact]
    public async Task A_PIN_over_TLS_gives_it_the_authority_with_which_it_comes_online()
    {
        await using Site site = await Site.StartWithTlsAsync(mutual: false);
        await site.WatchAsync(output, async () =>
        {
            JsonNode configuration = await EnrolAsync(site, "pin", site.TlsPort);
            Assert.StartsWith("-----BEGIN CERTIFICATE-----", (string)configuration["ca"]!, StringComparison.Ordinal);
            Assert.True((long)configuration["time"]! > 0);
            Assert.Null(configuration["certificate"]);
        });
    }

    [Fact]
    public async Task A_setup_code_under_mutual_TLS_gives_it_a_certificate_with_which_it_comes_online()
    {
        await using Site site = await Site.StartWithTlsAsync(mutual: true);
        await site.WatchAsync(output, async () =>
        {
            JsonNode configuration = await EnrolAsync(site, "code", site.EnrollmentPort);
            Assert.StartsWith("-----BEGIN CERTIFICATE-----", (string)configuration["certificate"]!, StringComparison.Ordinal);
            Assert.Contains("PRIVATE KEY", (string)configuration["private_key"]!, StringComparison.Ordinal);
        });
    }

    // Gives the configuration with which it has come online at the port of TLS.
    private async Task<JsonNode> EnrolAsync(Site site, string tier, int port)
    {
        (JsonNode shown, RunningProcess cli) = await OpenAsync(site, tier, "--device", "porch");
        Assert.Equal(("127.0.0.1", port, true), ((string?)shown["host"], (int)shown["port"]!, (bool)shown["tls"]!));
        Device device = site.NewDevice("porch", runtime);
        Task<Message> online = Online(site, "porch");
        device.StartEnrolling(shown);
        Assert.Equal(0, await cli.ExitedAsync());
        await online;
        JsonNode configuration = JsonNode.Parse(await File.ReadAllTextAsync(device.Configuration))!;
        Assert.Equal(site.TlsPort, (int)configuration["port"]!);
        Assert.Null(configuration["tls"]);
        return configuration;
    }

    // The first line that the CLI prints has the secret; it goes on until the enrolment has ended.
    private static async Task<(JsonNode Shown, RunningProcess Cli)> OpenAsync(Site site, string tier, params string[] arguments)
    {
        RunningProcess cli = site.Run(["enroll", tier, "--json", .. arguments]);
        await Eventually.TrueAsync(() => cli.Lines.Length > 0, "the CLI shows the secret");
        return (JsonNode.Parse(cli.Lines[0])!, cli);
    }

    private static Task<Message> Online(Site site, string id) =>
        site.Wire.NextAsync(m => m.Topic.Name == id && m.Says(TopicKind.PublicAvailability, "state", "online"), $"{id} is online");
}

public sealed class NanoFrameworkEnrollmentTests(ITestOutputHelper output) : EnrollmentTests(Device.NanoFramework, output);

public sealed class MicroPythonEnrollmentTests(ITestOutputHelper output) : EnrollmentTests(Device.MicroPython, output);
