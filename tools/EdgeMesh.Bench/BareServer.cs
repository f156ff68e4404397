using System.IO;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Bench;

/// <summary>The least that a web server on .NET is: the hub's peer in start and memory.</summary>
internal static class BareServer
{
    /// <summary>The argument that runs it.</summary>
    internal const string Verb = "bare-kestrel";

    internal static Task RunAsync(string socket)
    {
        File.Delete(socket);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        WebApplication server = builder.Build();
        server.MapPost("/", () => Results.Ok());
        return server.RunAsync();
    }
}
