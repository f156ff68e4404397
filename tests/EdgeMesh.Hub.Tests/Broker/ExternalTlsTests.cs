using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Tests.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Tests.Broker;

/// <summary>A hub on somebody else's broker by TLS, with an account of its own there.</summary>
public sealed class ExternalTlsTests
{
    [Fact]
    public async Task With_user_password_file_and_CA_file_the_hub_connects_by_TLS_and_with_another_authority_or_password_it_does_not()
    {
        await using TlsHub owner = await TlsHub.StartAsync(mutual: false);
        using TempFolder folder = new();
        string secret = Path.Combine(owner.Folder, "broker", "hub.secret"), authority = Path.Combine(owner.Folder, "certificates", "ca.pem");
        string foreign = Path.Combine(folder.Path, "foreign.pem"), wrong = Path.Combine(folder.Path, "wrong");
        using X509Certificate2 root = Issuer.Root("EdgeMesh home 1", DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(foreign, Issuer.Pem(root));
        await File.WriteAllTextAsync(wrong, "not the password\n");
        Dictionary<string, string?> Options(string password, string ca) => new()
        {
            ["Hub:Site"] = "guest", ["Broker:Url"] = $"mqtts://localhost:{owner.TlsPort}", ["Broker:User"] = "hub", ["Broker:PasswordFile"] = password, ["Broker:CaFile"] = ca,
        };

        await using BrokerHub hub = await BrokerHub.StartAsync(Options(secret, authority));
        Assert.Equal(AccountEnforcement.Enforced, (await hub.Accounts.EnsureDevicesAsync([new DeviceAccount("lamp", new string('a', 64))])).Value);
        foreach (Dictionary<string, string?> options in new[] { Options(secret, foreign), Options(secret, ""), Options(wrong, authority) })
        {
            await using BrokerHub refused = new(options);
            await refused.StartAsync();
            await Eventually.TrueAsync(() => refused.Status.Phase == BrokerPhase.Unavailable, "the hub to say that it does not get in");
            Assert.Equal(ErrorCodes.BrokerUnavailable, refused.Status.Error!.Code);
            Assert.DoesNotContain("not the password", refused.Said(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_device_is_added_that_would_not_know_whom_to_trust()
    {
        using TempFolder folder = new();
        await using WebApplication hub = HubApplication.Build(["--Hub:StateFolder", folder.Path, "--Hub:Socket", Path.Combine(folder.Path, "s"), "--Broker:Url", "mqtts://localhost"]);
        Result<DeviceConfiguration> added = await hub.Services.GetRequiredService<DeviceService>().AddAsync("lamp", "test", default);
        Assert.Equal(ErrorCodes.InvalidArgument, added.Error!.Code);
        Assert.Contains("Broker:CaFile", added.Error.Message, StringComparison.Ordinal);
    }
}
