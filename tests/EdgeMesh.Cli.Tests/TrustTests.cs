namespace EdgeMesh.Cli.Tests;

/// <summary>Revocation and the certificate authority as a person uses them; what they enforce is tried elsewhere.</summary>
[Collection("hub")]
public sealed class TrustTests(RunningHub hub)
{
    [Fact]
    public async Task A_device_is_revoked_listed_as_such_and_restored_with_another_key()
    {
        string before = (await hub.MustAsync("devices", "add", "lost", "--type", "relay")).Json.GetProperty("key").GetString()!;
        Ran revoked = await hub.MustAsync("devices", "revoke", "lost", "--reason", "on a train");
        Assert.Contains("refuses it", revoked.Stderr);
        Assert.Contains((await hub.MustAsync("devices", "list")).Lines, l => l.StartsWith("lost ", StringComparison.Ordinal) && l.Contains("revoked"));
        Assert.Contains("on a train", (await hub.MustAsync("devices", "show", "lost")).Stdout);
        await hub.MustAsync("devices", "revoke", "lost");
        string file = Path.Combine(hub.Folder, "lost.json");
        await hub.MustAsync("devices", "restore", "lost", "--out", file);
        string after = System.Text.Json.JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("key").GetString()!;
        Assert.Matches("^[0-9a-f]{64}$", after);
        Assert.NotEqual(before, after);
        (await hub.RunAsync("devices", "restore", "lost")).MustFail(ExitCodes.Conflict, "device_not_revoked");
        (await hub.RunAsync("devices", "revoke", "nobody")).MustFail(ExitCodes.NotFound, "device_unknown");
        (await hub.RunAsync("devices", "revoke", "lost", "--reason", new string('x', 300))).MustFail(ExitCodes.Usage, "invalid_argument");
    }

    [Theory]
    [InlineData("show")]
    [InlineData("export")]
    [InlineData("rotate")]
    public async Task Without_TLS_there_is_no_authority_and_the_answer_says_how_to_have_one(string verb)
    {
        Ran ran = await hub.RunAsync("ca", verb);
        ran.MustFail(ExitCodes.Refused, "certificates_disabled");
        Assert.Contains("Broker:TlsPort", ran.Stderr);
    }
}
