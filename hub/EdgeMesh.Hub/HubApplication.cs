using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Http;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.DotNet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub;

/// <summary>The hub, put together: a list of its features.</summary>
public static class HubApplication
{
    /// <summary>Where a configuration file is looked for.</summary>
    public const string ConfigurationFile = "/etc/edgemesh/hub.json";

    /// <summary>Builds the hub from the configuration file, the environment (<c>EDGEMESH_Section__Name</c>) and the arguments (<c>--Section:Name value</c>).</summary>
    public static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddJsonFile(ConfigurationFile, optional: true).AddEnvironmentVariables("EDGEMESH_").AddCommandLine(args);
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        builder.Services.AddOptions<HubOptions>().BindConfiguration(HubOptions.Section)
            .Validate(o => Names.IsValid(o.Site) && o.Site != Topic.EnrollSite, $"Hub:Site takes {Names.Grammar}; '{Topic.EnrollSite}' is taken.").ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<ICrypto, DotNetCrypto>();
        builder.Services.AddSingleton<HubIdentity>().AddSingleton<HubEvents>().AddSingleton<Database>().AddSingleton<OperationCatalogue>();
        builder.Services.AddSingleton<IOperationSource, HubOperations>();
        builder.Services.AddAudit();
        builder.Services.AddAccess();
        builder.Services.AddCertificates();
        builder.Services.AddBroker();
        builder.Services.AddDevices();
        builder.Services.AddEnrollment();
        builder.Services.AddCommands();
        builder.Services.AddFirmware();
        builder.Services.AddOta();
        builder.Services.AddDryRun();
        builder.Services.AddGeneration();
        builder.Services.AddHostedService<SystemdNotifier>();

        builder.WebHost.ConfigureKestrel((_, kestrel) => Listen(kestrel));
        WebApplication hub = builder.Build();
        hub.Use(next => http => http.RequestServices.GetRequiredService<AccessGate>().PassAsync(http, next));
        hub.MapHub();
        hub.Lifetime.ApplicationStarted.Register(() => GuardSocket(SocketOf(hub.Services)));
        return hub;
    }

    private static string SocketOf(IServiceProvider services) => Path.GetFullPath(services.GetRequiredService<IOptions<HubOptions>>().Value.Socket);

    private static void Listen(KestrelServerOptions kestrel)
    {
        string socket = SocketOf(kestrel.ApplicationServices);
        Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
        RemoveLeftOver(socket);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Limits.ImageBytesMax + 1;
        kestrel.ListenUnixSocket(socket);
        AccessOptions access = kestrel.ApplicationServices.GetRequiredService<IOptions<AccessOptions>>().Value;
        if (access.Port > 0)
        {
            kestrel.Listen(IPAddress.Parse(access.Address), access.Port);
        }
    }

    // A hub that was killed leaves its socket behind; one that runs answers at it, and keeps it.
    private static void RemoveLeftOver(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"Another hub answers at {path}. Stop it, or give this one a socket of its own with Hub:Socket.");
    }

    private static void GuardSocket(string socket) => File.SetUnixFileMode(
        socket, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
}
