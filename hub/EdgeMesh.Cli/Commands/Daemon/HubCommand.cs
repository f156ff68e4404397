using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Data.Common;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Cli.Commands.Daemon;

/// <summary><c>edgemesh hub</c>: the daemon.</summary>
internal static class HubCommand
{
    internal static Command Create(GlobalOptions options)
    {
        Command hub = new(
            "hub",
            $"Runs the hub until SIGTERM or Ctrl-C. Settings are also taken from the environment (EDGEMESH_Section__Name), and from {HubConfiguration.DefaultFile} and hub.d beside it.");
        // Declared one by one, so that a misspelt setting is refused; the configuration would ignore it without a word.
        Option<string>[] settings = [.. Setting.All.Select(OptionOf)];
        foreach (Option<string> setting in settings)
        {
            hub.Options.Add(setting);
        }

        hub.SetAction((parsed, cancellation) =>
        {
            Output output = options.OutputOf(parsed);
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

    private static Option<string> OptionOf(Setting setting) => new($"--{setting.Key}")
    {
        Description = $"Takes {setting.Takes}{(setting.Unit.Length > 0 ? $" ({setting.Unit})" : "")}. {(setting.Show(setting.Default) is { Length: > 0 } value ? $"Default: {value}." : "Default: none.")}",
        HelpName = "VALUE",
    };

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
        catch (AggregateException several) when (several.InnerExceptions.All(failure => failure is OptionsValidationException))
        {
            return output.Fail(Arguments.Invalid(string.Join(' ', several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(refused => refused.Failures))));
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException or DbException)
        {
            string cause = string.Join(' ', Causes(failure).Select(f => f.Message).Distinct());
            return output.Fail(Arguments.Invalid(
                $"The hub cannot start: {cause} Where it keeps things is set by --Hub:StateFolder, and where it listens by --Hub:Socket; its account must be able to write there."));
        }
    }

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
