using System.Text.Json;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Cli.Tests;

/// <summary><c>edgemesh config</c>, and the settings that it knows.</summary>
public sealed class ConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgemesh-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Keys => [.. Setting.All.Select(setting => setting.Key)];

    private string HubFile => Path.Combine(_folder, "hub.json");

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private async Task<(Ran Ran, JsonElement[] Findings)> CheckAsync(string json)
    {
        Write("hub.json", json);
        Ran ran = await Ran.Of(["config", "check", "--file", HubFile, "--json"]);
        return (ran, [.. ran.Json.GetProperty("findings").EnumerateArray().Where(f => !f.GetProperty("message").GetString()!.Contains("another program listens"))]);
    }

    [Fact]
    public void The_page_of_settings_is_what_the_options_say()
    {
        string page = FindUp("docs/configuration.md");
        string written = File.ReadAllText(page);
        Assert.True(SettingsPage.Insert(written).Value == written, "docs/configuration.md is stale; run: dotnet run --project hub/EdgeMesh.Cli -- config reference --into docs/configuration.md");
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_setting_that_is_a_number_or_a_time_says_its_range_and_its_default_is_within(string key)
    {
        Setting setting = Setting.All.Single(s => s.Key == key);
        bool ordered = setting.Property.PropertyType.IsValueType && setting.Property.PropertyType != typeof(bool);
        Assert.True(!ordered || setting.HasRange, $"{key} needs a [Range]: what is out of it is refused at start, and the page of settings shows it.");
        Assert.True(!ordered || setting.Unit.Length > 0, $"{key} needs a unit: [Setting(Unit = \"…\")].");
        Assert.Null(setting.Fault(setting.Default));
    }

    [Theory]
    [InlineData("""{ "Broker": { "Port": 70000 } }""", "Broker:Port is 70000; it takes 1 to 65535 (TCP port).")]
    [InlineData("""{ "Broker": { "TlsPort": -1 } }""", "Broker:TlsPort is -1; it takes 0 (none) or 1 to 65535 (TCP port).")]
    [InlineData("""{ "Ota": { "ChunkSize": 100 } }""", "Ota:ChunkSize is 100; it takes 256 to 8192 (bytes).")]
    [InlineData("""{ "Ota": { "BytesPerSecond": 9000000000 } }""", "Ota:BytesPerSecond is 9000000000; it takes 0 (no limit) or 1024 to 1000000000 (bytes/s).")]
    [InlineData("""{ "Ota": { "OfferTimeout": "60" } }""", "Ota:OfferTimeout is 60.00:00:00; it takes 00:00:00.001 to 1.00:00:00 (d.hh:mm:ss).")]
    [InlineData("""{ "Ota": { "Encoding": "hex" } }""", "Ota:Encoding is hex; it takes raw or base64.")]
    [InlineData("""{ "Enrollment": { "PinLength": 4 } }""", "Enrollment:PinLength is 4; it takes 6 to 8 (digits).")]
    [InlineData("""{ "DryRun": { "DeadlineS": 500 } }""", "DryRun:DeadlineS is 500; it takes 1 to 120 (s).")]
    [InlineData("""{ "Broker": { "Port": "many" } }""", "Broker:Port is \"many\" ({0}); it takes a whole number, 1 to 65535 (TCP port).")]
    [InlineData("""{ "Broker": { "AllowPlain": "perhaps" } }""", "Broker:AllowPlain is \"perhaps\" ({0}); it takes a truth value, true or false.")]
    [InlineData("""{ "Firmware": { "RequireSignature": "nano-app" } }""", "Firmware:RequireSignature is \"nano-app\" ({0}); it takes a list, a list of micropython-app, nano-app and esp32-image.")]
    [InlineData("""{ "Hub": { "Site": { "Name": "home" } } }""", "Hub:Site is \"a list or an object\" ({0}); it takes a text, 1 to 32 of a-z, 0-9, '_' and '-'.")]
    [InlineData("""{ "Broker": { "Prot": 1884 } }""", "Broker:Prot ({0}) is no setting of the hub, and is ignored. Did you mean Broker:Port?")]
    [InlineData("""{ "Brokr": { "TlsPort": 1884 } }""", "Brokr:TlsPort ({0}) is no setting of the hub, and is ignored. Did you mean Broker:TlsPort?")]
    [InlineData("""{ "ChunkSize": 512 }""", "ChunkSize ({0}) is no setting of the hub, and is ignored. Did you mean Ota:ChunkSize?")]
    [InlineData("""{ "Weather": { "Station": "x" } }""", "Weather:Station ({0}) is no setting of the hub, and is ignored. `edgemesh config show` lists them all.")]
    [InlineData("""{ "Broker": { "Url": "mqtts://elsewhere", "User": "hub", "PasswordFile": "/nowhere" } }""", "Broker:PasswordFile names /nowhere, which does not exist or may not be read by the hub's account.")]
    public async Task What_is_wrong_is_one_sentence_with_what_was_given_and_what_is_allowed_and_exit_code_2(string json, string sentence)
    {
        (Ran ran, JsonElement[] findings) = await CheckAsync(json);
        Assert.Equal(ExitCodes.Usage, ran.ExitCode);
        string expected = sentence.Replace("{0}", HubFile, StringComparison.Ordinal);
        Assert.Contains(findings, finding => finding.GetProperty("severity").GetString() == "error" && finding.GetProperty("message").GetString() == expected);
        Assert.All(findings, finding => Assert.True(finding.GetProperty("message").GetString() == expected || json.Contains("Hub\"", StringComparison.Ordinal), finding.ToString()));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("Broker: { Port: 1883 }")]
    public async Task A_file_that_is_no_JSON_is_named_with_the_cause(string json)
    {
        (Ran ran, JsonElement[] findings) = await CheckAsync(json);
        Assert.Equal(ExitCodes.Usage, ran.ExitCode);
        Assert.StartsWith($"{HubFile} cannot be read: ", findings.Single().GetProperty("message").GetString());
    }

    [Fact]
    public async Task Nothing_wrong_is_exit_code_0_and_lines_for_the_logger_are_known()
    {
        (Ran ran, JsonElement[] findings) = await CheckAsync("""{ "broker": { "port": 18831 /* any case, with comments */ }, "Logging": { "LogLevel": { "EdgeMesh": "Debug" } }, "Firmware": { "RequireSignature": ["nano-app"] } }""");
        Assert.True(ran.ExitCode == ExitCodes.Ok, ran.ToString());
        Assert.Empty(findings);
    }

    [Fact]
    public async Task A_password_that_everybody_may_read_is_warned_of_and_never_shown()
    {
        Write("hub.json", """{ "Broker": { "Url": "mqtts://elsewhere", "User": "hub", "Password": "hunter2" } }""");
        File.SetUnixFileMode(HubFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Ran check = await Ran.Of(["config", "check", "--file", HubFile]);
        Assert.Equal(ExitCodes.Ok, check.ExitCode);
        Assert.Contains($"warning: {HubFile} holds a password (Broker:Password) and everybody may read or write it; run `chmod o= {HubFile}`.", check.Stdout);
        Ran show = await Ran.Of(["config", "show", "--file", HubFile]);
        Ran json = await Ran.Of(["config", "show", "--file", HubFile, "--json"]);
        Assert.DoesNotContain("hunter2", check.ToString() + show + json);
        Assert.Equal("(set, not shown)", Shown(json, "Broker:Password").Value);
    }

    [Fact]
    public async Task Files_in_hub_d_add_to_the_file_by_their_names_and_show_says_where_a_value_comes_from()
    {
        Write("hub.json", """{ "Ota": { "Window": 4, "ChunkSize": 512 } }""");
        Write("hub.d/20-late.json", """{ "Ota": { "Window": 8 } }""");
        Write("hub.d/10-early.json", """{ "Ota": { "Window": 6, "Retries": 9 } }""");
        Ran ran = await Ran.Of(["config", "show", "--file", HubFile, "--json"]);
        Assert.Equal(("8", Path.Combine(_folder, "hub.d/20-late.json")), Shown(ran, "Ota:Window"));
        Assert.Equal(("9", Path.Combine(_folder, "hub.d/10-early.json")), Shown(ran, "Ota:Retries"));
        Assert.Equal(("512", HubFile), Shown(ran, "Ota:ChunkSize"));
        Assert.Equal(("00:01:00", "default"), Shown(ran, "Ota:OfferTimeout"));
        Assert.Equal(Setting.All.Count, ran.Json.GetArrayLength());
    }

    [Fact]
    public void A_misspelt_variable_is_found_and_others_programs_variables_are_left_alone()
    {
        ConfigurationPlace environment = new("environment", builder => Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(
            builder, new Dictionary<string, string?> { ["SOCKET"] = "/x", ["MICROPYTHON"] = "/y", ["BROKER_PORT"] = "1", ["Broker:Prot"] = "2" }));
        string[] unknown = [.. ConfigurationReading.Of([environment]).Unknown().Select(finding => finding.Message)];
        Assert.Equal(2, unknown.Length);
        Assert.Contains("EDGEMESH_BROKER_PORT (environment) is no setting of the hub, and is ignored. Did you mean EDGEMESH_Broker__Port?", unknown);
        Assert.Contains("EDGEMESH_Broker__Prot (environment) is no setting of the hub, and is ignored. Did you mean EDGEMESH_Broker__Port?", unknown);
    }

    [Fact]
    public async Task A_port_that_another_program_holds_is_warned_of()
    {
        using System.Net.Sockets.TcpListener other = new(System.Net.IPAddress.Loopback, 0);
        other.Start();
        int port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        Write("hub.json", $$"""{ "Broker": { "Port": {{port}}, "TlsPort": 0 }, "Hub": { "Socket": "{{_folder}}/none.sock" } }""");
        Ran ran = await Ran.Of(["config", "check", "--file", HubFile]);
        Assert.Equal(ExitCodes.Ok, ran.ExitCode);
        Assert.Contains($"warning: Broker:Port is {port}, and another program listens there", ran.Stdout);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused_where_it_is_named() =>
        (await Ran.Of(["config", "check", "--file", "/nowhere/hub.json"])).MustFail(ExitCodes.Usage, "invalid_argument");

    private static (string? Value, string? Source) Shown(Ran ran, string key)
    {
        JsonElement setting = ran.Json.EnumerateArray().Single(s => s.GetProperty("key").GetString() == key);
        return (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString());
    }

    private static string FindUp(string path)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, path)))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new FileNotFoundException(path), path);
    }
}
