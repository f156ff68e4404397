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

        string source = Directory.CreateDirectory(Path.Combine(_folder, "edgemesh")).FullName;
        string root = Directory.CreateDirectory(Path.Combine(_folder, "root/etc")).Parent!.FullName;
        foreach (string name in (string[])["install", "systemd", "sysusers.d", "hub.d"])
        {
            _ = Run("cp", "-r", Path.Combine(Packaging, name), source);
        }

        // A stand-in for the program: the script looks at it, and does not run it. And for what the system has.
        Directory.CreateDirectory(Path.Combine(source, "app"));
        File.WriteAllText(Path.Combine(source, "app/edgemesh.dll"), "1");
        foreach (string file in (string[])["usr/sbin/mosquitto", "usr/bin/setpriv", "usr/bin/bwrap", "usr/lib/any/libsqlite3.so.0", "usr/lib/any/libssl.so.3", "usr/bin/dotnet", "usr/bin/node"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file))!);
            File.Copy("/bin/true", Path.Combine(root, file));
        }

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
        Assert.Equal(["edgemesh"], Directory.EnumerateDirectories(Path.Combine(root, "usr/lib"), "edgemesh*").Select(Path.GetFileName));

        void Must(params string[] options)
        {
            (int exitCode, string said) = Run(Path.Combine(source, "install"), ["--root", root, .. options]);
            Assert.True(exitCode == 0, said);
        }
    }

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
