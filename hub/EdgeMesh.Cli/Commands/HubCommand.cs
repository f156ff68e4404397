using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Data.Common;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Ota;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Cli.Commands;

/// <summary><c>edgemesh hub</c>: the daemon.</summary>
internal static class HubCommand
{
    /// <summary>The options classes whose properties are the hub's settings.</summary>
    internal static readonly (string Section, Type Type)[] Sections =
    [
        (HubOptions.Section, typeof(HubOptions)), (BrokerOptions.Section, typeof(BrokerOptions)), (FirmwareOptions.Section, typeof(FirmwareOptions)),
        (DeviceOptions.Section, typeof(DeviceOptions)), (CommandOptions.Section, typeof(CommandOptions)), (OtaOptions.Section, typeof(OtaOptions)),
        (AccessOptions.Section, typeof(AccessOptions)), (AuditOptions.Section, typeof(AuditOptions)), (CertificateOptions.Section, typeof(CertificateOptions)),
        (EnrollmentOptions.Section, typeof(EnrollmentOptions)), (DryRunOptions.Section, typeof(DryRunOptions)),
        (ModelOptions.Section, typeof(ModelOptions)), (ModelOptions.LocalSection, typeof(ModelEndpointOptions)), (ModelOptions.CloudSection, typeof(ModelEndpointOptions)),
    ];

    internal static Command Create(GlobalOptions options)
    {
        Command hub = new(
            "hub",
            $"Runs the hub until SIGTERM or Ctrl-C. Settings are also taken from the environment (EDGEMESH_Section__Name) and from {HubApplication.ConfigurationFile}.");
        // Declared one by one, so that a misspelt setting is refused; the configuration would ignore it without a word.
        Option<string>[] settings = [.. Sections.SelectMany(SettingsOf)];
        foreach (Option<string> setting in settings)
        {
            hub.Options.Add(setting);
        }

        hub.SetAction((parsed, cancellation) =>
        {
            Output output = options.OutputOf(parsed, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            List<string> given = [.. settings.Where(s => parsed.GetResult(s) is not null).Select(s => $"{s.Name}={parsed.GetValue(s)}")];
            // --socket and its variable mean the same socket here as for every other verb; --Hub:Socket, coming later, counts more.
            if (parsed.GetValue(options.Socket) is string socket && socket != new HubOptions().Socket)
            {
                given.Insert(0, $"--{HubOptions.Section}:{nameof(HubOptions.Socket)}={socket}");
            }

            return RunAsync([.. given], output, cancellation);
        });
        return hub;
    }

    private static IEnumerable<Option<string>> SettingsOf((string Section, Type Type) options)
    {
        object defaults = Activator.CreateInstance(options.Type)!;
        return options.Type.GetProperties().Where(property => property.CanWrite).Select(property => new Option<string>($"--{options.Section}:{property.Name}")
        {
            Description = $"{property.GetValue(defaults)}" is { Length: > 0 } value ? $"Default: {value}." : "Default: none.",
            HelpName = "VALUE",
        });
    }

    private static async Task<int> RunAsync(string[] settings, Output output, CancellationToken stop)
    {
        try
        {
            WebApplication hub = HubApplication.Build(settings);
            await using (hub.ConfigureAwait(false))
            {
                await hub.StartAsync(stop).ConfigureAwait(false);
                await hub.WaitForShutdownAsync(stop).ConfigureAwait(false);
            }

            // Whoever supervises it must see that it stopped unasked.
            return stop.IsCancellationRequested ? ExitCodes.Ok : ExitCodes.Internal;
        }
        catch (OptionsValidationException refused)
        {
            return output.Fail(Arguments.Invalid(string.Join(' ', refused.Failures)));
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException or DbException || IsBinding(failure))
        {
            string cause = string.Join(' ', Causes(failure).Select(f => f.Message).Distinct());
            return output.Fail(Arguments.Invalid(
                $"The hub cannot start: {cause} Where it keeps things is set by --Hub:StateFolder, and where it listens by --Hub:Socket; its account must be able to write there."));
        }
    }

    // The configuration binder's way to say that a value is not of the setting's type.
    private static bool IsBinding(Exception failure) => failure is InvalidOperationException { InnerException: not null, Source: "Microsoft.Extensions.Configuration.Binder" };

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
