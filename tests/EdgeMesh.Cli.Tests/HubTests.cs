namespace EdgeMesh.Cli.Tests;

/// <summary>Each verb against the real hub and its real broker.</summary>
[Collection("hub")]
public sealed class HubTests(RunningHub hub)
{
    [Fact]
    public async Task A_new_devices_configuration_is_shown_in_the_shape_the_device_reads()
    {
        Ran ran = await hub.MustAsync("devices", "add", "porch", "--type", "relay");
        Assert.Equal(["site", "device", "type", "key", "host", "port"], ran.Json.EnumerateObject().Select(m => m.Name));
        Assert.Matches("^[0-9a-f]{64}$", ran.Json.GetProperty("key").GetString());
        Assert.True(ran.Lines.Length > 1, "it is indented");
        Assert.DoesNotContain(ran.Json.GetProperty("key").GetString()!, (await hub.MustAsync("devices", "show", "porch", "--json")).Stdout);
    }

    [Fact]
    public async Task Out_writes_the_configuration_for_the_owner_alone_and_shows_no_key()
    {
        string file = Path.Combine(hub.Folder, "attic.json");
        Ran ran = await hub.MustAsync("devices", "add", "attic", "--type", "relay", "--out", file, "--json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        string key = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("key").GetString()!;
        Assert.Matches("^[0-9a-f]{64}$", key);
        Assert.DoesNotContain(key, ran.Stdout + ran.Stderr);
        Assert.Empty(Directory.GetFiles(hub.Folder, "*.new"));
    }

    [Fact]
    public async Task Out_never_overwrites_and_then_adds_no_device()
    {
        string file = Path.Combine(hub.Folder, "taken.json");
        File.WriteAllText(file, "mine");
        (await hub.RunAsync("devices", "add", "cellar", "--type", "relay", "--out", file)).MustFail(ExitCodes.Usage, "invalid_argument");
        Assert.Equal("mine", File.ReadAllText(file));
        (await hub.RunAsync("devices", "show", "cellar")).MustFail(ExitCodes.NotFound, "device_unknown");
    }

    [Fact]
    public async Task A_device_is_listed_shown_and_removed()
    {
        await hub.MustAsync("devices", "add", "garden", "--type", "relay");
        Assert.Contains((await hub.MustAsync("devices", "list")).Lines, line => line.StartsWith("garden  ", StringComparison.Ordinal) && line.Contains("offline"));
        Assert.Contains((await hub.MustAsync("devices", "list", "--json")).Json.EnumerateArray(), d => d.GetProperty("id").GetString() == "garden");
        Assert.Matches("type +relay", (await hub.MustAsync("devices", "show", "garden")).Stdout);
        await hub.MustAsync("devices", "remove", "garden");
        (await hub.RunAsync("devices", "remove", "garden")).MustFail(ExitCodes.NotFound, "device_unknown");
    }

    [Fact]
    public async Task What_is_taken_or_malformed_is_refused_by_the_hub_and_told()
    {
        await hub.MustAsync("devices", "add", "twice", "--type", "relay");
        (await hub.RunAsync("devices", "add", "twice", "--type", "relay")).MustFail(ExitCodes.Conflict, "device_exists");
        (await hub.RunAsync("devices", "add", "No Name", "--type", "relay")).MustFail(ExitCodes.Usage, "invalid_argument");
        await hub.AddFirmwareAsync("fixed", "1");
        (await hub.AddFirmwareAsync("fixed", "1", "other")).MustFail(ExitCodes.Conflict, "firmware_exists");
        (await hub.AddFirmwareAsync("fixed", "2", kind: "nonsense")).MustFail(ExitCodes.Usage, "invalid_argument");
    }

    [Fact]
    public async Task Firmware_is_added_whole_listed_shown_and_removed()
    {
        string content = new('x', 3_000_000);
        await hub.AddFirmwareAsync("lamp", "1.0.0", content);
        await hub.AddFirmwareAsync("lamp", "1.1.0", content + "y");
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        Assert.Equal(hash, (await hub.MustAsync("firmware", "show", "lamp@1.0.0", "--json")).Json.GetProperty("sha256").GetString());
        Assert.Equal("1.1.0", (await hub.MustAsync("firmware", "show", "lamp", "--json")).Json.GetProperty("version").GetString());
        Assert.Contains((await hub.MustAsync("firmware", "list")).Lines, line => line.StartsWith("lamp@1.0.0 ", StringComparison.Ordinal) && line.Contains("2.9 MiB"));
        await hub.MustAsync("firmware", "remove", "lamp@1.0.0");
        (await hub.RunAsync("firmware", "show", "lamp@1.0.0")).MustFail(ExitCodes.NotFound, "firmware_unknown");
    }

    [Fact]
    public async Task An_image_larger_than_any_slot_is_refused_before_it_is_sent()
    {
        string file = Path.Combine(hub.Folder, "huge.bin");
        using (FileStream sparse = File.Create(file))
        {
            sparse.SetLength(Contracts.Limits.ImageBytesMax + 2);
        }

        (await hub.RunAsync("firmware", "add", file, "--id", "huge", "--version", "1", "--type", "relay", "--kind", "nano-app")).MustFail(ExitCodes.Refused, "image_too_large");
    }

    [Fact]
    public async Task An_update_is_begun_listed_and_aborted()
    {
        string name = await hub.AddDeviceAndFirmwareAsync("hall");
        Assert.Equal("offered", (await hub.MustAsync("ota", "start", name, name, "--json")).Json.GetProperty("state").GetString());
        (await hub.RunAsync("ota", "start", name, name)).MustFail(ExitCodes.Conflict, "session_exists");
        (await hub.RunAsync("ota", "start", name, "nothing@2")).MustFail(ExitCodes.NotFound, "firmware_unknown");
        (await hub.RunAsync("firmware", "remove", $"{name}@1.0.0")).MustFail(ExitCodes.Conflict, "firmware_in_use");
        Assert.Contains($"{name}@1.0.0", (await hub.MustAsync("ota", "status", name)).Stdout);
        await hub.MustAsync("ota", "abort", name);
        await RunningHub.EventuallyAsync(
            async () => (await hub.MustAsync("ota", "status", name, "--json")).Json[0].GetProperty("state").GetString() == "failed", "the update has ended");
        // Stored as ended, it may be in the hub's hands a moment longer: aborting again is then no error.
        await RunningHub.EventuallyAsync(
            async () => await hub.RunAsync("ota", "abort", name) is { ExitCode: not ExitCodes.Ok } refused
                && refused.MustFail(ExitCodes.NotFound, "session_unknown") == refused,
            "there is nothing to abort");
        await hub.MustAsync("firmware", "remove", $"{name}@1.0.0", "--force");
    }

    [Theory]
    [InlineData("device_unknown", "devices", "show", "nobody")]
    [InlineData("device_unknown", "ota", "start", "nobody", "lamp")]
    [InlineData("device_unknown", "ota", "start", "nobody", "lamp", "--wait")]
    [InlineData("device_unknown", "ota", "status", "nobody")]
    [InlineData("device_unknown", "ota", "abort", "nobody")]
    [InlineData("firmware_unknown", "firmware", "show", "nothing")]
    [InlineData("firmware_unknown", "firmware", "remove", "nothing@1")]
    public async Task What_the_hub_does_not_know_is_not_found(string code, params string[] args) => (await hub.RunAsync(args)).MustFail(ExitCodes.NotFound, code);

    [Fact]
    public async Task Tables_fit_100_columns_with_the_longest_names()
    {
        string name = new('n', 32);
        await hub.AddDeviceAndFirmwareAsync(name);
        await hub.MustAsync("ota", "start", name, name);
        foreach (string[] args in (string[][])[["devices", "list"], ["firmware", "list"], ["ota", "status"], ["devices", "show", name], ["firmware", "show", name]])
        {
            Assert.All((await hub.MustAsync(args)).Lines, line => Assert.InRange(line.TrimEnd().Length, 1, 100));
        }
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_coloured() => Assert.DoesNotContain('\u001b', (await hub.MustAsync("devices", "list")).Stdout);

    [Fact]
    public async Task The_daemon_runs_until_it_is_told_to_stop_and_then_stops_well()
    {
        string folder = Path.Combine(hub.Folder, "second");
        string socket = Path.Combine(folder, "hub.sock");
        using CancellationTokenSource stop = new();
        Task<Ran> daemon = Ran.Of(["hub", "--Hub:StateFolder", folder, "--Broker:Port", $"{RunningHub.FreePort()}", "--Broker:TlsPort", "0", "--socket", socket], stop.Token);
        await RunningHub.EventuallyAsync(async () => (await Ran.Of(["devices", "list", "--socket", socket], CancellationToken.None)).ExitCode == 0, "the daemon answers");
        await stop.CancelAsync();
        Assert.Equal(new Ran(ExitCodes.Ok, "", ""), await daemon);
    }
}
