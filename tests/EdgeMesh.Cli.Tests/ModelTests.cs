using System.Text.Json;

namespace EdgeMesh.Cli.Tests;

/// <summary>The verbs for models, against a hub whose model's server is not there.</summary>
[Collection("hub")]
public sealed class ModelTests(RunningHub hub)
{
    [Fact]
    public async Task A_server_that_is_not_there_is_told_and_stays_visible_in_the_status()
    {
        Ran check = await hub.RunAsync("models", "check");
        Assert.Equal(ExitCodes.Unavailable, check.ExitCode);
        Assert.Contains("[model_unavailable]", check.Stdout, StringComparison.Ordinal);
        Assert.Contains("model_unavailable", (await hub.MustAsync("models", "status")).Stdout, StringComparison.Ordinal);
        JsonElement local = Assert.Single((await hub.MustAsync("models", "status", "--json")).Json.EnumerateArray());
        Assert.Equal("local", local.GetProperty("name").GetString());
        Assert.Equal("http://127.0.0.1:9/v1", local.GetProperty("url").GetString());
        Assert.Equal("model_unavailable", local.GetProperty("last_failure").GetProperty("code").GetString());
        Assert.True(local.GetProperty("requests_today").GetInt64() > 0);
        Assert.Equal(0, local.GetProperty("tokens_today").GetInt64());
    }

    [Fact]
    public async Task A_model_elsewhere_is_not_taken_for_a_local_one()
    {
        Ran refused = await Ran.Of(["hub", "--Hub:StateFolder", Path.Combine(hub.Folder, "elsewhere"), "--Models:Local:Url", "https://api.example.com/v1", "--Models:Local:Model", "m"]);
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains("not in the local network", refused.Stderr, StringComparison.Ordinal);
    }
}
