using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Data.Common;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Cli.Commands;

/// <summary><c>edgemesh hub</c>: the daemon.</summary>
internal static class HubCommand
{
    internal static Command Create(GlobalOptions options)
    {
        Command hub = new(
            "hub",
            $"""
            Runs the hub until SIGTERM or Ctrl-C.

            Settings: --Section:Name VALUE, the environment's EDGEMESH_Section__Name, and {HubApplication.ConfigurationFile}; the first counts most.
            {string.Join('\n', Settings().Select(s => $"  {s}"))}
            """)
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        hub.SetAction((parsed, cancellation) =>
        {
            Output output = options.OutputOf(parsed, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            string[] settings = [.. parsed.UnmatchedTokens];
            if (parsed.GetResult(options.Socket) is { Implicit: false })
            {
                settings = [.. settings, $"--{HubOptions.Section}:{nameof(HubOptions.Socket)}={parsed.GetValue(options.Socket)}"];
            }

            return Problem(settings) is Error problem ? Task.FromResult(output.Fail(problem)) : RunAsync(settings, output, cancellation);
        });
        return hub;
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

    /// <summary>What is wrong with the settings. A misspelt one would otherwise be ignored without a word.</summary>
    private static Error? Problem(string[] settings)
    {
        HashSet<string> known = new(Settings(), StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < settings.Length; i++)
        {
            string[] parts = settings[i].Split('=', 2);
            if (!parts[0].StartsWith("--", StringComparison.Ordinal) || !known.Contains(parts[0][2..]))
            {
                return Arguments.Invalid($"The hub has no setting {settings[i]}; see `edgemesh hub --help`.");
            }

            if (parts.Length == 1 && ++i == settings.Length)
            {
                return Arguments.Invalid($"The setting {parts[0]} has no value; give it one, as in {parts[0]} VALUE.");
            }
        }

        return null;
    }

    /// <summary>Every setting, from the options classes themselves: public, named …Options, with their section as a constant.</summary>
    private static IEnumerable<string> Settings() => typeof(HubOptions).Assembly.GetExportedTypes()
        .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal))
        .Select(t => (Type: t, Section: t.GetField("Section")?.GetRawConstantValue() as string))
        .Where(o => o.Section is not null)
        .SelectMany(o => o.Type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => $"{o.Section}:{p.Name}"))
        .Order(StringComparer.Ordinal);
}
