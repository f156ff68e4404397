using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EdgeMesh.EndToEnd.Tests.World;

namespace EdgeMesh.EndToEnd.Tests;

/// <summary>What is installed on a Pi, as far as it shows without one.</summary>
public sealed partial class PackagingTests : IDisposable
{
    private const double ExposureMax = 2.5;

    private static readonly string[] Units = ["edgemesh.service", "edgemesh-sandbox.socket", "edgemesh-sandbox@.service"];

    private static readonly string Packaging = Path.Combine(Repository.Root, "hub/packaging");

    private readonly string _folder = Directory.CreateTempSubdirectory("edgemesh-packaging-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("edgemesh.service")]
    [InlineData("edgemesh-sandbox@.service")]
    public void A_unit_may_do_little_by_the_measure_of_systemd_analyze(string unit)
    {
        (int exitCode, string said) = Run("systemd-analyze", "security", "--offline=true", "--no-pager", Path.Combine(Packaging, "systemd", unit));
        Match exposure = Exposure().Match(said);
        Assert.True(exposure.Success, $"systemd-analyze ended with {exitCode}: {said}");
        Assert.InRange(double.Parse(exposure.Groups[1].Value, CultureInfo.InvariantCulture), 0, ExposureMax);
    }

    [Fact]
    public void Every_line_of_the_units_is_one_that_systemd_knows()
    {
        // What is to be started must exist; the rest is as it is installed.
        string program = Path.Combine(_folder, "edgemesh");
        File.Copy("/bin/true", program);
        foreach (string unit in Units)
        {
            File.WriteAllText(Path.Combine(_folder, unit), File.ReadAllText(Path.Combine(Packaging, "systemd", unit)).Replace("/usr/bin/edgemesh", program, StringComparison.Ordinal));
        }

        (int exitCode, string said) = Run("systemd-analyze", ["verify", "--recursive-errors=no", .. Units.Select(unit => Path.Combine(_folder, unit))]);
        Assert.True(exitCode == 0, said);
        Assert.DoesNotContain(said.Split('\n'), line => line.Contains(_folder, StringComparison.Ordinal));
    }

    [Fact]
    public void Installing_makes_the_account_the_program_and_the_units_and_a_second_time_keeps_the_settings()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            // An account is made, and files are given to it.
            return;
        }

        (string source, string root) = Lay();
        Must("--dry-run");
        Assert.False(Directory.Exists(Path.Combine(root, "usr/lib/edgemesh")), "a dry run does nothing");

        Must();
        Assert.StartsWith("edgemesh:", File.ReadLines(Path.Combine(root, "etc/passwd")).Single(line => line.Contains("EdgeMesh hub", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(Units, unit => Assert.True(File.Exists(Path.Combine(root, "usr/lib/systemd/system", unit))));
        Assert.Contains("exec ", File.ReadAllText(Path.Combine(root, "usr/lib/edgemesh/edgemesh")), StringComparison.Ordinal);
        Assert.Equal("../lib/edgemesh/edgemesh", new FileInfo(Path.Combine(root, "usr/bin/edgemesh")).LinkTarget);
        Assert.NotNull(new FileInfo(Path.Combine(root, "etc/systemd/system/multi-user.target.wants/edgemesh.service")).LinkTarget);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(root, "etc/edgemesh/hub.json")) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));

        File.WriteAllText(Path.Combine(root, "etc/edgemesh/hub.json"), "{ \"Hub\": { \"Site\": \"mine\" } }");
        File.WriteAllText(Path.Combine(source, "app/edgemesh.dll"), "2");
        Must();
        Assert.Contains("mine", File.ReadAllText(Path.Combine(root, "etc/edgemesh/hub.json")), StringComparison.Ordinal);
        Assert.Equal("2", File.ReadAllText(Path.Combine(root, "usr/lib/edgemesh/edgemesh.dll")));
        Assert.Equal(["edgemesh", Current(root)], Programs(root));

        void Must(params string[] options) => Install(source, root, options);
    }

    [Fact]
    public void What_a_running_hub_was_started_from_stays_whole_until_it_has_ended()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        (string source, string root) = Lay();
        File.Copy("/bin/sleep", Path.Combine(source, "app/running"));
        Install(source, root);
        string first = Current(root);
        using Process hub = Process.Start(Path.Combine(root, "usr/lib/edgemesh/running"), "600");
        try
        {
            // Twice: the one in between, from which nothing runs, goes.
            Install(source, root);
            string second = Current(root);
            Install(source, root);
            Assert.Equal(3, new[] { first, second, Current(root) }.Distinct().Count());
            Assert.Equal(new[] { "edgemesh", first, Current(root) }.Order(StringComparer.Ordinal), Programs(root));
            Assert.Equal("1", File.ReadAllText(Path.Combine(root, "usr/lib", first, "edgemesh.dll")));
            Assert.Contains($"/usr/lib/{Current(root)}/edgemesh.dll", File.ReadAllText(Path.Combine(root, "usr/lib/edgemesh/edgemesh")), StringComparison.Ordinal);
        }
        finally
        {
            hub.Kill();
            hub.WaitForExit();
        }

        Install(source, root);
        Assert.Equal(["edgemesh", Current(root)], Programs(root));
    }

    [Fact]
    public void A_program_folder_of_before_becomes_a_link()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        (string source, string root) = Lay();
        Directory.CreateDirectory(Path.Combine(root, "usr/lib/edgemesh"));
        File.WriteAllText(Path.Combine(root, "usr/lib/edgemesh/edgemesh.dll"), "0");
        Install(source, root);
        Assert.Equal("1", File.ReadAllText(Path.Combine(root, "usr/lib/edgemesh/edgemesh.dll")));
        Assert.Equal(["edgemesh", Current(root)], Programs(root));
    }

    [Fact]
    public void A_program_that_refuses_the_settings_replaces_nothing_and_one_that_takes_them_is_started()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        // A system of its own, with this one's tools, in which .NET and systemd say what they were asked; the settings that say "no" are refused.
        (string source, string root) = Lay();
        Write("dotnet", "#!/bin/sh\necho \"$*\" >>/log\n! grep -q no /etc/edgemesh/hub.json\n");
        Write("systemctl", "#!/bin/sh\necho \"systemctl $*\" >>/log\n");
        Install(source, root);
        string first = Current(root);
        File.AppendAllText(Path.Combine(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\n");
        foreach ((string link, string target) in (ReadOnlySpan<(string, string)>)[("bin", "host/bin"), ("lib", "usr/lib"), ("lib64", "usr/lib64")])
        {
            File.CreateSymbolicLink(Path.Combine(root, link), target);
        }

        string settings = Path.Combine(root, "etc/edgemesh/hub.json");
        File.WriteAllText(settings, "no");
        (int exitCode, string said) = Inside();
        Assert.True(exitCode == 1 && said.Contains("nothing was replaced", StringComparison.Ordinal), said);
        Assert.Equal((first, 2), (Current(root), Programs(root).Length));
        Assert.Matches(@"^/usr/lib/edgemesh\.\w{6}/edgemesh\.dll config check\n$", File.ReadAllText(Path.Combine(root, "log")));
        Assert.DoesNotContain(first, File.ReadAllText(Path.Combine(root, "log")), StringComparison.Ordinal);

        File.WriteAllText(settings, "yes");
        (exitCode, said) = Inside();
        Assert.True(exitCode == 0, said);
        Assert.NotEqual(first, Current(root));
        Assert.Equal(2, Programs(root).Length);
        Assert.EndsWith("systemctl restart edgemesh.service\n", File.ReadAllText(Path.Combine(root, "log")), StringComparison.Ordinal);

        void Write(string name, string script)
        {
            string file = Path.Combine(root, "usr/bin", name);
            File.Delete(file);
            File.WriteAllText(file, script);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        (int ExitCode, string Said) Inside() => Run("bwrap",
        [
            "--bind", root, "/", "--ro-bind", "/usr/bin", "/host/bin", "--ro-bind-try", "/usr/lib64", "/usr/lib64",
            .. Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").SelectMany(libraries => new[] { "--ro-bind", libraries, libraries }),
            .. Directory.EnumerateFiles("/usr/lib", "ld-linux*").SelectMany(loader => new[] { "--ro-bind", loader, loader }),
            "--ro-bind", source, "/package", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--setenv", "PATH", "/usr/bin:/host/bin", "/host/bin/bash", "/package/install",
        ]);
    }

    // The package with a stand-in for the program, at which the script looks without running it, and a tree with stand-ins for what the system has.
    private (string Source, string Root) Lay()
    {
        string source = Directory.CreateDirectory(Path.Combine(_folder, "edgemesh")).FullName;
        string root = Directory.CreateDirectory(Path.Combine(_folder, "root/etc")).Parent!.FullName;
        foreach (string name in (string[])["install", "systemd", "sysusers.d", "hub.d"])
        {
            _ = Run("cp", "-r", Path.Combine(Packaging, name), source);
        }

        Directory.CreateDirectory(Path.Combine(source, "app"));
        File.WriteAllText(Path.Combine(source, "app/edgemesh.dll"), "1");
        foreach (string file in (string[])["usr/sbin/mosquitto", "usr/bin/setpriv", "usr/bin/bwrap", "usr/lib/any/libsqlite3.so.0", "usr/lib/any/libssl.so.3", "usr/bin/dotnet", "usr/bin/node"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file))!);
            File.Copy("/bin/true", Path.Combine(root, file));
        }

        return (source, root);
    }

    private static void Install(string source, string root, params string[] options)
    {
        (int exitCode, string said) = Run(Path.Combine(source, "install"), ["--root", root, .. options]);
        Assert.True(exitCode == 0, said);
    }

    private static string Current(string root) => new FileInfo(Path.Combine(root, "usr/lib/edgemesh")).LinkTarget!;

    private static string[] Programs(string root) => [.. new DirectoryInfo(Path.Combine(root, "usr/lib")).EnumerateFileSystemInfos("edgemesh*").Select(entry => entry.Name).Order(StringComparer.Ordinal)];

    private static (int ExitCode, string Said) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    [GeneratedRegex(@"Overall exposure level for \S+ (\d+\.\d+)")]
    private static partial Regex Exposure();
}
