using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Commands.Daemon;

/// <summary><c>edgemesh config check|show|reference</c>, which need no hub.</summary>
internal static class ConfigCommands
{
    internal static Command Create(GlobalOptions options)
    {
        Option<string> file = new("--file")
        {
            Description = "The configuration's file; hub.d beside it adds to it.", HelpName = "FILE", Recursive = true, DefaultValueFactory = _ => HubConfiguration.DefaultFile,
        };
        Command check = new("check", "Says what is wrong with the configuration, as a hub started now would read it. Exit code 0 with nothing but warnings, 2 with an error.");
        check.SetAction(parsed => WithReading(OutputOf(parsed), parsed.GetRequiredValue(file), Check));
        Command show = new("show", "Shows every setting, its value, and where it comes from. Secrets are not shown.");
        show.SetAction(parsed => WithReading(OutputOf(parsed), parsed.GetRequiredValue(file), Show));
        Option<string> into = new("--into") { Description = "Writes it into this page, between its marks.", HelpName = "PAGE" };
        Command reference = new("reference", "Lists every setting as a page in Markdown: meaning, unit, range, default, variable.") { into };
        reference.SetAction(parsed => Reference(OutputOf(parsed), parsed.GetValue(into)));
        return new Command("config", "The hub's configuration: checks it, shows it, explains it. Needs no hub.") { file, check, show, reference };

        Output OutputOf(ParseResult parsed) => options.OutputOf(parsed);
    }

    private static int WithReading(Output output, string file, Func<Output, string, ConfigurationReading, int> then)
    {
        if (file != HubConfiguration.DefaultFile && !File.Exists(file))
        {
            return output.Fail(Arguments.Invalid($"There is no file {file}, or you may not read it."));
        }

        try
        {
            return then(output, file, ConfigurationReading.Of(file, []));
        }
        catch (UnauthorizedAccessException)
        {
            return output.Fail(Arguments.Invalid($"You may not look into {Path.GetDirectoryName(Path.GetFullPath(file))}, where the configuration is; use sudo."));
        }
    }

    private static int Check(Output output, string file, ConfigurationReading reading)
    {
        ConfigurationFinding[] findings = [.. ConfigurationCheck.Findings(file, reading)];
        int errors = findings.Count(finding => finding.Severity == ConfigurationFinding.Error);
        if (output.Json)
        {
            output.WriteDocument(new JsonObject { ["ok"] = errors == 0, ["findings"] = JsonSerializer.SerializeToNode(findings, Operation.Json) });
        }
        else
        {
            foreach (ConfigurationFinding finding in findings)
            {
                output.WriteLine($"{finding.Severity}: {finding.Message}");
            }
        }

        if (errors == 0)
        {
            output.Hint($"{file}: nothing that keeps the hub from starting.");
            return ExitCodes.Ok;
        }

        output.Explain(Arguments.Invalid($"The configuration has {errors} {(errors == 1 ? "error" : "errors")}."));
        return ExitCodes.Of(ErrorCodes.InvalidArgument);
    }

    private static int Show(Output output, string file, ConfigurationReading reading)
    {
        SettingView[] settings = [.. Setting.All.Select(s => new SettingView(s.Key, s.Show(reading.ValueOf(s)), reading.PlaceOf(s.Key)))];
        if (output.Json)
        {
            output.WriteDocument(JsonSerializer.SerializeToNode(settings, Operation.Json));
        }
        else
        {
            output.Write(Tables.Settings(settings));
        }

        foreach (ConfigurationFinding finding in reading.Faults())
        {
            output.Hint(finding.Message);
        }

        return ExitCodes.Ok;
    }

    private static int Reference(Output output, string? page)
    {
        IEnumerable<string> lines = SettingsPage.Lines();
        if (page is null)
        {
            foreach (string line in lines)
            {
                output.WriteLine(line);
            }

            return ExitCodes.Ok;
        }

        Result<string> whole = SettingsPage.Insert(File.Exists(page) ? File.ReadAllText(page) : "");
        if (!whole.IsOk)
        {
            return output.Fail(whole.Error!);
        }

        File.WriteAllText(page, whole.Value);
        return ExitCodes.Ok;
    }
}

/// <summary>A setting as it is in force.</summary>
/// <param name="Key">Section and name.</param>
/// <param name="Value">Its value; <c>(set, not shown)</c> for a secret.</param>
/// <param name="Source">The file, <c>environment</c>, or <c>default</c>.</param>
internal sealed record SettingView(string Key, string Value, string Source);
