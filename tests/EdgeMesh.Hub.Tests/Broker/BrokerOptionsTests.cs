using System;
using EdgeMesh.Hub.Broker;

namespace EdgeMesh.Hub.Tests.Broker;

public class BrokerOptionsTests
{
    [Theory]
    [InlineData("", 1883, "", "", false)]
    [InlineData("mqtt://localhost", 1883, "", "", false)]
    [InlineData("mqtt://[::1]:1884", 1883, "hub", "secret", false)]
    [InlineData("mqtts://broker.example", 1883, "hub", "secret", false)]
    [InlineData("mqtt://broker.example:1883", 1883, "hub", "secret", true)]
    public void What_can_work_is_taken(string url, int port, string user, string password, bool allowPlain) =>
        Assert.Null(Fault(url, port, user, password, allowPlain));

    [Theory]
    [InlineData("", 8883, "", "", "Give each a port of its own")]
    [InlineData("", 1883, "hub", "", "Broker:Url is empty")]
    [InlineData("broker", 1883, "", "", "must read mqtt://host:port")]
    [InlineData("http://broker", 1883, "", "", "must read mqtt://host:port")]
    [InlineData("mqtts://hub:secret@broker", 1883, "", "", "must read mqtt://host:port")]
    [InlineData("mqtts://broker/path", 1883, "", "", "must read mqtt://host:port")]
    [InlineData("mqtt://broker.example", 1883, "", "", "in plain to broker.example")]
    [InlineData("mqtts://broker", 1883, "", "secret", "Set Broker:User")]
    public void What_cannot_work_is_refused_with_what_to_do(string url, int port, string user, string password, string says)
    {
        string? fault = Fault(url, port, user, password, allowPlain: false);
        Assert.Contains(says, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private static string? Fault(string url, int port, string user, string password, bool allowPlain) => new BrokerOptionsValidation().Validate(
        null, new BrokerOptions { Url = url, Port = port, User = user, Password = password, AllowPlain = allowPlain }).FailureMessage;
}
