using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>A device of either runtime: the C# client's process, or the MicroPython agent on the real interpreter.</summary>
internal sealed class Device(Site site, string id, string runtime)
{
    public const string NanoFramework = "nanoframework";
    public const string MicroPython = "micropython";

    private readonly List<RunningProcess> _processes = [];

    public string Id => id;

    public string Type => IsNano ? "esp32-nano" : "esp32-mpy";

    public string Configuration => Path.Combine(Folder, "edgemesh.json");

    /// <summary>A board with MicroPython has two slots for firmware where this folder is there before it starts.</summary>
    public string Partitions => PartitionsOf(site, id);

    /// <summary>One for each time that it was started.</summary>
    public IReadOnlyList<RunningProcess> Processes => _processes;

    private bool IsNano => runtime == NanoFramework;

    public string Kind => IsNano ? ImageKinds.NanoApp : ImageKinds.MicroPythonApp;

    private string Folder => Directory.CreateDirectory(Path.Combine(site.Folder, id)).FullName;

    /// <summary>The folder that gives a device of that id slots for firmware.</summary>
    public static string PartitionsOf(Site site, string id) => Path.Combine(site.Folder, id + ".partitions");

    /// <summary>Documented settings of the device: one chunk in flight, and a short trial.</summary>
    public void Configure((string Name, JsonNode Value)[] settings)
    {
        JsonNode members = JsonNode.Parse(File.ReadAllText(Configuration))!;
        (string Name, JsonNode Value)[] defaults = [("window", 1), ("healthy_after_ms", 500), ("report_retry_ms", 1000)];
        foreach ((string name, JsonNode value) in defaults.Concat(settings))
        {
            members[name] = value;
        }

        if (!IsNano)
        {
            members["wifi"] = Wifi();
            CopyAgent();
        }

        File.WriteAllText(Configuration, members.ToJsonString());
    }

    /// <summary>Lets it connect to the broker's plain listener, on loopback, where the hub told it the one of TLS.</summary>
    public void ConfigurePlain()
    {
        JsonObject members = JsonNode.Parse(File.ReadAllText(Configuration))!.AsObject();
        members.Remove("ca");
        members["port"] = site.Port;
        File.WriteAllText(Configuration, members.ToJsonString());
    }

    /// <summary>Gives it what the hub answered when it was added anew; what it was told beside stays.</summary>
    public async Task ReplaceConfigurationAsync(string file)
    {
        JsonNode members = JsonNode.Parse(await File.ReadAllTextAsync(Configuration))!;
        foreach ((string name, JsonNode? value) in JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject())
        {
            members[name] = value!.DeepClone();
        }

        await File.WriteAllTextAsync(Configuration, members.ToJsonString());
    }

    public void Start() => _processes.Add(IsNano
        ? RunningProcess.Start("dotnet", Repository.DeviceHost, "--config", Configuration, "--state", Path.Combine(Folder, "state"))
        : RunningProcess.Start("node", [Repository.MicroPythonHost, "--flash", Folder, .. Directory.Exists(Partitions) ? ["--partitions", Partitions] : Array.Empty<string>()]));

    /// <summary>Starts it with what the owner read from the hub, and no identity or an old one.</summary>
    /// <param name="shown">What the CLI answered: secret, host, port and whether TLS is spoken there.</param>
    /// <param name="secret">Another secret than that one's; null for it.</param>
    public void StartEnrolling(JsonNode shown, string? secret = null)
    {
        secret ??= (string)shown["secret"]!;
        string host = (string)shown["host"]!;
        int port = (int)shown["port"]!;
        bool tls = (bool)shown["tls"]!;
        if (IsNano)
        {
            _processes.Add(RunningProcess.Start("dotnet",
            [
                Repository.DeviceHost, "--config", Configuration, "--state", Path.Combine(Folder, "state"),
                "--enroll", secret, "--host", host, "--port", port.ToString(CultureInfo.InvariantCulture), "--type", Type, .. tls ? Array.Empty<string>() : ["--plain"],
            ]));
            return;
        }

        CopyAgent();
        JsonObject members = new() { ["pin"] = secret, ["host"] = host, ["port"] = port, ["type"] = Type, ["wifi"] = Wifi(), ["healthy_after_ms"] = 500 };
        if (!tls)
        {
            members["tls"] = false;
        }

        File.WriteAllText(Path.Combine(Folder, "enroll.json"), members.ToJsonString());
        Start();
    }

    /// <summary>SIGKILL to the device: the process that stands for its power supply first, lest that starts the board again.</summary>
    public void Kill()
    {
        _processes[^1].Kill();
        foreach (int process in RunningProcess.WithArgument(Configuration))
        {
            RunningProcess.Kill(process);
        }
    }

    /// <summary>Starts it again once nothing of its last run is left.</summary>
    public async Task RestartAsync()
    {
        await _processes[^1].ExitedAsync();
        await Eventually.TrueAsync(() => RunningProcess.WithArgument(Configuration).Length == 0, $"nothing of {id}'s last run is left");
        Start();
    }

    /// <summary>Adds a firmware for this device that is at least so long.</summary>
    public async Task AddFirmwareAsync(string name, string version, byte[] image, int length = 0)
    {
        string file = Path.Combine(site.Folder, $"{name}-{version}");
        await File.WriteAllBytesAsync(file, [.. image, .. Padding(length - image.Length)]);
        await site.MustAsync("firmware", "add", file, "--id", name, "--version", version, "--type", Type, "--kind", Kind);
    }

    /// <summary>A program that runs well and says so.</summary>
    public byte[] Heartbeat() => IsNano ? Sample("Heartbeat") : Example("heartbeat");

    /// <summary>A program that ends with an exception as soon as it starts, and what that says.</summary>
    public (byte[] Image, string Cause) CrashAtStart() =>
        IsNano ? (Sample("CrashAtStart"), "No sensor answers on the bus.") : (Example("crash_at_start"), "no sensor answers on pin 4");

    /// <summary>A program that neither sleeps nor returns.</summary>
    public byte[] Hang() => IsNano ? Sample("Hang") : Encoding.UTF8.GetBytes("def main():\n    while True:\n        pass\n");

    /// <summary>What the device said of itself last, by the hub's word.</summary>
    public async Task<JsonNode> ShowAsync() => JsonNode.Parse(await site.MustAsync("devices", "show", id, "--json"))!;

    /// <summary>Its latest update, by the hub's word.</summary>
    public async Task<JsonNode> UpdateAsync() => JsonNode.Parse(await site.MustAsync("ota", "status", id, "--json"))![0]!;

    public override string ToString() => id;

    private static JsonArray Wifi() => [new JsonObject { ["ssid"] = "home", ["password"] = "home-home" }];

    private void CopyAgent()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.Agent, "*.py", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Folder, Path.GetRelativePath(Repository.Agent, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    private static byte[] Sample(string name) => File.ReadAllBytes(Repository.Sample(name));

    private static byte[] Example(string name) => File.ReadAllBytes(Path.Combine(Repository.Agent, "examples", name + ".py"));

    // A loader reads no further than an assembly's own tables, and a compiler no comments.
    private byte[] Padding(int length)
    {
        if (length <= 0)
        {
            return [];
        }

        string line = "# " + new string('-', 77) + "\n";
        return IsNano ? new byte[length] : Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, (length / line.Length) + 1)));
    }
}
