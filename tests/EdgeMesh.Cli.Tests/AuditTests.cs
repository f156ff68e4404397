using System.Globalization;

namespace EdgeMesh.Cli.Tests;

/// <summary>The audit log as a person asks for it.</summary>
[Collection("hub")]
public sealed class AuditTests(RunningHub hub)
{
    [Fact]
    public async Task Who_added_a_device_is_told_by_the_kernel_and_its_key_by_nobody()
    {
        Ran added = await hub.MustAsync("devices", "add", "audited", "--type", "relay");
        System.Text.Json.JsonElement entry = (await hub.MustAsync("audit", "list", "--since", "1h", "--json")).Json.EnumerateArray()
            .First(e => e.GetProperty("subject").GetString() == "audited");
        Assert.Equal(Environment.UserName, entry.GetProperty("actor").GetString());
        Assert.Equal("socket pid " + Environment.ProcessId.ToString(CultureInfo.InvariantCulture), entry.GetProperty("origin").GetString());
        Assert.Equal(("devices-add", "ok"), (entry.GetProperty("action").GetString(), entry.GetProperty("outcome").GetString()));
        Ran list = await hub.MustAsync("audit", "list");
        Assert.Contains("devices-add", list.Stdout);
        Assert.DoesNotContain(added.Json.GetProperty("key").GetString()!, list.Stdout);
    }

    [Fact]
    public async Task A_broken_chain_has_an_exit_code_of_its_own_and_a_sound_one_shows_its_head()
    {
        string head = (await hub.MustAsync("audit", "verify", "--json")).Json.GetProperty("head").GetString()!;
        await hub.MustAsync("devices", "add", "after-the-head", "--type", "relay");
        Assert.Contains("The chain holds", (await hub.MustAsync("audit", "verify", "--head", head)).Stdout);
        string other = head.Split(':')[0] + ":" + new string('0', 64);
        (await hub.RunAsync("audit", "verify", "--head", other)).MustFail(ExitCodes.AuditBroken, "audit_broken");
    }
}
