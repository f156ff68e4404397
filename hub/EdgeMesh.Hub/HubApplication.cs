using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Codegen.Jobs;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Configuration;
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
    /// <summary>Builds the hub from what <see cref="HubConfiguration"/> names.</summary>
    /// <exception cref="OptionsValidationException">The configuration cannot be read, or a value is not of its setting's type.</exception>
    public static WebApplication Build(string[] args)
    {
        ConfigurationReading read = ConfigurationReading.Of(HubConfiguration.DefaultFile, args);
        if (read.Faults().Select(fault => fault.Message).ToArray() is { Length: > 0 } faults)
        {
            throw new OptionsValidationException(HubConfiguration.DefaultFile, typeof(HubOptions), faults);
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(read.Configuration);
        builder.Logging.ClearProviders().AddHubConsole().AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddFeatures();
        builder.WebHost.ConfigureKestrel((_, kestrel) => Listen(kestrel));
        WebApplication hub = builder.Build();
        foreach (ConfigurationFinding unknown in read.Unknown())
        {
            hub.Logger.LogWarning("{Unknown}", unknown.Message);
        }

        hub.Use(next => http => http.RequestServices.GetRequiredService<AccessGate>().PassAsync(http, next));
        hub.MapHub();
        hub.Lifetime.ApplicationStarted.Register(() => GuardSocket(SocketOf(hub.Services)));
        return hub;
    }

    /// <summary>Why the hub would not start with these settings, a sentence each; where none is wrong, none.</summary>
    public static IEnumerable<string> Refusals(IConfiguration configuration)
    {
        using ServiceProvider features = new ServiceCollection().AddSingleton(configuration).AddLogging().AddFeatures().BuildServiceProvider();
        List<string> refusals = [];
        foreach ((_, Type type) in Setting.Sections)
        {
            try
            {
                _ = ((IOptions<object>)features.GetRequiredService(typeof(IOptions<>).MakeGenericType(type))).Value;
            }
            catch (OptionsValidationException refused)
            {
                refusals.AddRange(refused.Failures);
            }
        }

        return refusals;
    }

    private static IServiceCollection AddFeatures(this IServiceCollection services)
    {
        services.AddSettings<HubOptions>(HubOptions.Section)
            .Validate(o => Names.IsValid(o.Site) && o.Site != Topic.EnrollSite, $"Hub:Site takes {Names.Grammar}; '{Topic.EnrollSite}' is taken.");
        services.AddSingleton(TimeProvider.System).AddSingleton<ICrypto, DotNetCrypto>();
        services.AddSingleton<HubIdentity>().AddSingleton<HubEvents>().AddSingleton<Database>().AddSingleton<OperationCatalogue>();
        services.AddSingleton<IOperationSource, HubOperations>();
        services.AddAudit();
        services.AddAccess();
        services.AddCertificates();
        services.AddBroker();
        services.AddDevices();
        services.AddEnrollment();
        services.AddCommands();
        services.AddFirmware();
        services.AddOta();
        services.AddDryRun();
        services.AddGeneration();
        services.AddPrograms();
        services.AddJobs();
        services.AddSystemd();
        return services;
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
