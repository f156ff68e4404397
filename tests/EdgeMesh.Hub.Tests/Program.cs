using System;
using System.Globalization;
using System.IO;
using System.Text;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Hub.Tests.PowerCuts;
using Microsoft.Extensions.Hosting;

// The tests themselves are run by the test host. Started as a program this is a hub of nothing but the broker, or of nothing but the
// storage, for tests that kill one.
string[] arguments = Environment.GetCommandLineArgs()[1..];
if (arguments is ["storage", string storage])
{
    using Stream output = Console.OpenStandardOutput();
    new StorageWork(storage, promise => output.Write(Encoding.UTF8.GetBytes(promise.ToString()))).Run();
    return 0;
}

if (arguments is not [string stateFolder, string port])
{
    await Console.Error.WriteLineAsync("Usage: EdgeMesh.Hub.Tests <state folder> <port>, or storage <state folder>. To run the tests use 'dotnet test'.");
    return 2;
}

using IHost host = BrokerHub.Build(stateFolder, new() { ["Broker:Port"] = int.Parse(port, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) });
await host.RunAsync();
return 0;
