using System.Text.Json;

namespace EdgeMesh.Cli.Tests;

/// <summary>What one command line did.</summary>
public sealed record Ran(int ExitCode, string Stdout, string Stderr)
{
    public static async Task<Ran> Of(string[] args, CancellationToken interrupted = default)
    {
        StringWriter stdout = new();
        StringWriter stderr = new();
        int exitCode = await CliApplication.RunAsync(args, TextWriter.Synchronized(stdout), TextWriter.Synchronized(stderr), interrupted).WaitAsync(RunningHub.Limit, CancellationToken.None);
        return new Ran(exitCode, stdout.ToString(), stderr.ToString());
    }

    /// <summary>The one JSON document of the answer.</summary>
    public JsonElement Json => JsonDocument.Parse(Stdout).RootElement;

    /// <summary>One JSON document a line.</summary>
    public JsonElement[] JsonLines => [.. Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    public string[] Lines => Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"exit code {ExitCode}\nstdout: {Stdout}\nstderr: {Stderr}";

    public Ran MustFail(int exitCode, string code)
    {
        Assert.True(ExitCode == exitCode, ToString());
        Assert.EndsWith($" [{code}]\n", Stderr);
        Assert.StartsWith("error: ", Stderr);
        Assert.Single(Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return this;
    }
}
