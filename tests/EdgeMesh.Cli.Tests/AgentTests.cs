using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EdgeMesh.Cli.Tests;

/// <summary><c>edgemesh agent …</c>: the program itself, with an mpremote in PATH that writes down what it is asked.</summary>
public sealed class AgentTests : IDisposable
{
    private const string Secret = "5ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7e75ec7";
    private const string Esp32 = """{"platform":"esp32","version":[1,27,0],"free_bytes":1900000}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("edgemesh-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    private string Settings(string text = $$"""{"site":"home","device":"porch","type":"esp32-mpy","key":"{{Secret}}","host":"hub.local","port":8883}""")
    {
        File.WriteAllText(In("porch.json"), text);
        File.SetUnixFileMode(In("porch.json"), (UnixFileMode)Convert.ToInt32("644", 8));
        return In("porch.json");
    }

    /// <summary>A fake mpremote: each call is a file of its arguments, one a line, and copies what it is told to copy into board/.</summary>
    private string Fake(string board = Esp32, string also = "")
    {
        Directory.CreateDirectory(In("bin"));
        Directory.CreateDirectory(In("board/edgemesh"));
        Directory.CreateDirectory(In("calls"));
        File.WriteAllText(In("bin/mpremote"), $$"""
            #!/bin/sh
            n=$(ls '{{In("calls")}}' | wc -l)
            printf '%s\0' "$@" > '{{In("calls")}}'/$(printf %03d $n)
            {{also}}
            case "$4" in *json.dumps*) echo '{{board}}';; esac
            while [ $# -gt 0 ]; do
              if [ "$1 $2" = 'fs cp' ]; then echo "cp $3 $4"; cp "$3" '{{In("board")}}'/"${4#:}" || exit 1; fi
              shift
            done
            """);
        File.SetUnixFileMode(In("bin/mpremote"), (UnixFileMode)Convert.ToInt32("755", 8));
        return In("bin") + ":/usr/bin:/bin";
    }

    private string[][] Calls => Directory.Exists(In("calls"))
        ? [.. Directory.GetFiles(In("calls")).Order().Select(file => File.ReadAllText(file).Split('\0', StringSplitOptions.None)[..^1])] : [];

    private static async Task<Ran> Program(string path, params string[] args)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, ["exec", Path.Combine(AppContext.BaseDirectory, "edgemesh.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = path;
        using Process process = Process.Start(start)!;
        Task<string> stdout = process.StandardOutput.ReadToEndAsync(), stderr = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(RunningHub.Limit);
        return new Ran(process.ExitCode, await stdout, await stderr);
    }

    private static string SourceFolder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../device/micropython"));

    private static string[] Source => [.. new[] { "boot.py", "main.py" }.Concat(Directory.GetFiles(Path.Combine(SourceFolder(), "edgemesh"), "*.py").Select(f => "edgemesh/" + Path.GetFileName(f))).Order(StringComparer.Ordinal)];

    private static string[] FilesBelow(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Run_checks_the_board_copies_the_whole_agent_and_its_settings_main_py_last_and_resets()
    {
        Ran ran = await Program(Fake(), "agent", "install", "--port", "/dev/ttyUSB7", "--config", Settings(), "--run");
        Assert.True(ran.ExitCode == 0, ran.ToString());
        Assert.Equal(Source.Append("edgemesh.json").Order(StringComparer.Ordinal), FilesBelow(In("board")));
        Assert.All(Source, path => Assert.Equal(File.ReadAllBytes(Path.Combine(SourceFolder(), path)), File.ReadAllBytes(In("board/" + path))));
        Assert.Contains(Secret, File.ReadAllText(In("board/edgemesh.json")));
        Assert.All(Calls, call => Assert.Equal(["connect", "/dev/ttyUSB7"], call[..2]));
        Assert.Equal([":main.py", "+", "reset"], Calls[^1][^3..]);
        Assert.DoesNotContain(":main.py", Calls[..^1].SelectMany(call => call));
        Assert.Contains($"{Source.Length - 1}/{Source.Length - 1} ", ran.Stderr);
    }

    [Fact]
    public async Task The_secret_is_in_no_argument_and_no_output_and_its_file_is_for_its_owner_alone_after()
    {
        string settings = Settings();
        Ran dry = await Ran.Of(["agent", "install", "--port", "auto", "--config", settings]);
        Assert.Equal(0, dry.ExitCode);
        Assert.Contains($"chmod 600 {settings}", dry.Stdout);
        Assert.Equal("644", Convert.ToString((int)File.GetUnixFileMode(settings), 8));
        Ran ran = await Program(Fake(), "agent", "install", "--port", "auto", "--config", settings, "--run");
        Assert.Equal(0, ran.ExitCode);
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(settings), 8));
        Assert.DoesNotContain(Secret, string.Join('\n', Calls.SelectMany(call => call)) + ran + dry);
    }

    [Fact]
    public async Task The_default_is_to_print_the_steps_as_a_shell_takes_them_and_they_are_those_of_a_run()
    {
        Ran dry = await Program(Fake(), "agent", "install", "--port", "/dev/ttyUSB7", "--enroll", Settings("""{"host":"hub.local","port":8883,"pin":"a-1"}"""));
        Assert.True(dry.ExitCode == 0, dry.ToString());
        Assert.Empty(Calls);
        // Carried out by a shell, with the folder that the first line makes.
        Assert.Equal(0, (await Ran.Of(["agent", "image", "--out", In("edgemesh-agent")])).ExitCode);
        string script = string.Join('\n', dry.Lines.Where(line => !line.StartsWith("edgemesh ", StringComparison.Ordinal)));
        ProcessStartInfo shell = new("/bin/sh", ["-e", "-c", script]) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        shell.Environment["PATH"] = In("bin") + ":/usr/bin:/bin";
        using Process process = Process.Start(shell)!;
        string complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, script + complaint);
        Assert.Equal(Source.Append("enroll.json").Order(StringComparer.Ordinal), FilesBelow(In("board")));
        string[] plan = [.. JsonDocument.Parse((await Ran.Of(["agent", "install", "--port", "/dev/ttyUSB7", "--enroll", In("porch.json"), "--json"])).Stdout)
            .RootElement.GetProperty("steps").EnumerateArray().Select(step => string.Join(' ', step.GetProperty("command").EnumerateArray().Skip(1).Select(a => a.GetString())))];
        Assert.Equal(plan, Calls.Select(call => string.Join(' ', call)));
    }

    [Theory]
    [InlineData("""{"platform":"rp2","version":[1,27,0],"free_bytes":1900000}""", "board_unsuitable", 4)]
    [InlineData("""{"platform":"esp32","version":[1,19,1],"free_bytes":1900000}""", "board_unsuitable", 4)]
    [InlineData("""{"platform":"esp32","version":[1,27,0],"free_bytes":90000}""", "board_unsuitable", 4)]
    [InlineData("hello", "board_unavailable", 6)]
    [InlineData("""{"platform":"esp32","version":[1],"free_bytes":1}""", "board_unavailable", 6)]
    public async Task A_board_that_cannot_carry_the_agent_is_left_as_it_is(string answer, string code, int exitCode)
    {
        Ran ran = await Program(Fake(answer), "agent", "install", "--port", "auto", "--run");
        Assert.Equal(exitCode, ran.ExitCode);
        Assert.EndsWith($"[{code}]\n", ran.Stderr);
        Assert.Single(Calls);
    }

    [Fact]
    public async Task Where_a_step_fails_the_error_is_mpremotes_own_and_the_next_steps_are_not_done()
    {
        string path = Fake(also: "case \"$*\" in *boot.py*) echo 'mpremote: no device found' >&2; exit 1;; esac");
        Ran ran = await Program(path, "agent", "install", "--port", "/dev/ttyUSB7", "--run");
        Assert.Equal(ExitCodes.Unavailable, ran.ExitCode);
        Assert.Contains("mpremote: no device found. Nothing of the agent starts", ran.Stderr);
        Assert.EndsWith("[board_unavailable]\n", ran.Stderr);
        Assert.False(File.Exists(In("board/main.py")));
    }

    [Fact]
    public async Task Without_mpremote_it_says_how_to_get_it()
    {
        Ran ran = (await Program("/nowhere", "agent", "install", "--port", "auto", "--run")).MustFail(ExitCodes.Unavailable, "mpremote_missing");
        Assert.Contains("pipx install mpremote", ran.Stderr);
    }

    [Theory]
    [InlineData("--port", "auto", "--run", "--dry-run")]
    [InlineData("--port", "--run")]
    [InlineData("--run")]
    [InlineData("--port", "auto", "--config", "/nowhere.json")]
    [InlineData("--port", "auto", "--config", "/proc/self/cmdline")]
    [InlineData("--port", "auto", "--config", "a", "--enroll", "b")]
    public async Task What_is_wrong_with_the_arguments_is_said_before_anything_is_done(params string[] args) =>
        (await Ran.Of(["agent", "install", .. args])).MustFail(ExitCodes.Usage, "invalid_argument");

    [Theory]
    [InlineData("""{"site":"home"}""")]
    [InlineData("[1]")]
    [InlineData("no json")]
    public async Task Settings_that_would_leave_the_board_at_its_prompt_are_refused(string text) =>
        (await Ran.Of(["agent", "install", "--port", "auto", "--config", Settings(text)])).MustFail(ExitCodes.Usage, "invalid_argument");

    [Fact]
    public async Task The_image_is_the_boards_root_with_a_package_for_mip_and_secrets_for_the_owner_alone()
    {
        Ran ran = await Ran.Of(["agent", "image", "--out", In("image"), "--config", Settings(), "--json"]);
        Assert.True(ran.ExitCode == 0, ran.ToString());
        Assert.Equal(Source.Concat(["edgemesh.json", "package.json"]).Order(StringComparer.Ordinal), FilesBelow(In("image")));
        Assert.All(Source.Append("package.json"), path => Assert.Equal(File.ReadAllBytes(Path.Combine(SourceFolder(), path)), File.ReadAllBytes(Path.Combine(In("image"), path))));
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(In("image/edgemesh.json")), 8));
        (await Ran.Of(["agent", "image", "--out", In("image")])).MustFail(ExitCodes.Usage, "invalid_argument");
    }

    [Fact]
    public async Task An_image_of_the_boards_file_system_has_the_agent_and_its_settings_and_is_for_its_owner_alone()
    {
        Ran ran = await Program("", "agent", "image", "--out", In("board.bin"), "--littlefs", "960KiB", "--config", Settings());
        Assert.True(ran.ExitCode == 0, ran.ToString());
        LittleFsReader reader = new(File.ReadAllBytes(In("board.bin")));
        Dictionary<string, byte[]> files = reader.Read();
        Assert.Equal(960u * 1024 / 4096, reader.Superblock[2]);
        Assert.Equal(Source.Append("edgemesh.json").Order(StringComparer.Ordinal), files.Keys.Order(StringComparer.Ordinal));
        Assert.All(Source, path => Assert.Equal(File.ReadAllBytes(Path.Combine(SourceFolder(), path)), files[path]));
        Assert.Equal(File.ReadAllBytes(In("porch.json")), files["edgemesh.json"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("board.bin")));
        Assert.DoesNotContain(Secret, ran.ToString());
    }

    [Theory]
    [InlineData("2 MiB")]
    [InlineData("big")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("100KB")]
    [InlineData("1001")]
    [InlineData("64KiB")]
    [InlineData("9999999MiB")]
    public async Task A_size_that_is_none_or_too_small_is_refused_and_nothing_is_written(string size)
    {
        Ran ran = await Program("", "agent", "image", "--out", In("board.bin"), $"--littlefs={size}");
        Assert.Equal(2, ran.ExitCode);
        Assert.False(File.Exists(In("board.bin")), ran.ToString());
    }
}
