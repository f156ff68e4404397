using System;
using System.Globalization;
using EdgeMesh.Hub.Tests.Broker;
using Microsoft.Extensions.Hosting;

// The tests themselves are run by the test host. Started as a program this is a hub of nothing but the broker, for tests that kill one.
string[] arguments = Environment.GetCommandLineArgs()[1..];
if (arguments is not [string stateFolder, string port])
{
    await Console.Error.WriteLineAsync("Usage: EdgeMesh.Hub.Tests <state folder> <port>. To run the tests use 'dotnet test'.");
    return 2;
}

using IHost host = BrokerHub.Build(stateFolder, new() { ["Broker:Port"] = int.Parse(port, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) });
await host.RunAsync();
return 0;
