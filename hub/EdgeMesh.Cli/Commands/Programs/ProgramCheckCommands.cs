using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython;
using EdgeMesh.MicroPython.Bytecode;
using EdgeMesh.MicroPython.Policy;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.Cli.Commands.Programs;

/// <summary><c>edgemesh program validate|parse</c>, which need no hub.</summary>
internal static class ProgramCheckCommands
{
    private static Argument<string[]> Paths() => new("PATH") { Description = "Files, or folders whose *.py are taken.", Arity = ArgumentArity.OneOrMore };

    internal static Command Validate(GlobalOptions options)
    {
        Argument<string[]> paths = Paths();
        (Option<string?> file, Option<string[]> hosts) = ProgramCommands.PolicyOptions();
        Option<string> board = new("--board", "--type")
        {
            Description = $"The board, or the device type the policy names as one: {string.Join(", ", PolicyData.Shipped.Boards.Keys)}.", HelpName = "BOARD",
            DefaultValueFactory = _ => PolicyData.DefaultBoard,
        };
        Option<bool> bytecode = new("--bytecode") { Description = "Also compares what mpy-cross, in the sandbox, makes of each program that is accepted; takes a second each." };
        Command validate = new("validate", "Says whether programs compile and keep the policy; with --json a line for each file.") { paths, file, hosts, board, bytecode };
        validate.SetAction(async (parsed, cancellation) =>
        {
            Output output = options.OutputOf(parsed);
            Result<PolicyData> policy = ProgramCommands.PolicyOf(parsed.GetValue(file), parsed.GetValue(hosts) ?? []);
            if (!policy.IsOk)
            {
                return output.Fail(policy.Error!);
            }

            string name = parsed.GetValue(board)!;
            if (!policy.Value.Boards.ContainsKey(name))
            {
                return output.Fail(Arguments.Invalid($"No board is named {name}; there are {string.Join(", ", policy.Value.Boards.Keys)}, and a policy can name more."));
            }

            PolicyOptions judged = new(policy.Value, name);
            DryRunService sandbox = new(new DryRunOptions { WarmWorkers = 1 }, TimeProvider.System);
            await using (sandbox.ConfigureAwait(false))
            {
                DryRunService? compiler = parsed.GetValue(bytecode) ? sandbox : null;
                return await EachAsync(output, parsed.GetValue(paths)!, "refused", (path, text) => ValidateAsync(output, path, text, judged, compiler, cancellation)).ConfigureAwait(false);
            }
        });
        return validate;
    }

    private static async Task<Result<bool>> ValidateAsync(
        Output output, string path, string text, PolicyOptions options, DryRunService? compiler, CancellationToken cancellation)
    {
        Verdict verdict = ProgramPolicy.Judge(text, options);
        if (compiler is not null && verdict.Accepted)
        {
            Result<BytecodeReport> compiled = await compiler.CompileAsync(text, cancellation).ConfigureAwait(false);
            if (!compiled.IsOk)
            {
                return compiled.Error!;
            }

            verdict = new Verdict(compiled.Value.Agrees, [.. verdict.Findings, .. compiled.Value.Disagreements.Select(SecondOpinion.Refuse)]);
        }

        if (output.Json)
        {
            output.WriteJsonLine(new JsonObject
            {
                ["file"] = path,
                ["accepted"] = verdict.Accepted,
                ["findings"] = new JsonArray([.. verdict.Findings.Select(f => new JsonObject
                {
                    ["rule"] = f.Rule.Id, ["severity"] = f.Rule.Severity.ToString().ToLowerInvariant(), ["line"] = f.Position.Line, ["column"] = f.Position.Column,
                    ["message"] = f.Message, ["hint"] = f.Hint,
                })]),
            });
            return verdict.Accepted;
        }

        foreach (Finding finding in verdict.Findings)
        {
            output.WriteLine(
                $"{path}:{finding.Position.Line}:{finding.Position.Column}: {finding.Rule.Severity.ToString().ToLowerInvariant()} {finding.Rule.Id}: {finding.Message} ({finding.Hint})");
        }

        return verdict.Accepted;
    }

    internal static Command Parse(GlobalOptions options)
    {
        Argument<string[]> paths = Paths();
        Command parse = new("parse", "Says whether MicroPython would compile programs; with --json a line for each file.") { paths };
        parse.SetAction((parsed, _) =>
        {
            Output output = options.OutputOf(parsed);
            return EachAsync(output, parsed.GetValue(paths)!, "with an error", (path, text) => Task.FromResult<Result<bool>>(Parse(output, path, MicroPythonParser.Parse(text).Error)));
        });
        return parse;
    }

    private static bool Parse(Output output, string path, SyntaxError? error)
    {
        if (output.Json)
        {
            output.WriteJsonLine(new JsonObject
            {
                ["file"] = path,
                ["ok"] = error is null,
                ["error"] = error is null ? null : new JsonObject
                {
                    ["line"] = error.Position.Line, ["column"] = error.Position.Column, ["message"] = error.Message, ["hint"] = error.Hint,
                },
            });
        }
        else if (error is not null)
        {
            output.WriteLine($"{path}:{error.Position.Line}:{error.Position.Column}: error: {error.Message} ({error.Hint})");
        }

        return error is null;
    }

    // One bad file does not hide what the others are; a path that cannot be read is told before any is judged.
    private static async Task<int> EachAsync(Output output, IReadOnlyList<string> paths, string bad, Func<string, string, Task<Result<bool>>> judge)
    {
        Result<IReadOnlyList<string>> files = Files(paths);
        if (!files.IsOk)
        {
            return output.Fail(files.Error!, line: true);
        }

        int refused = 0;
        foreach (string path in files.Value)
        {
            Result<string> text = TextFile.ReadProgram(path);
            if (!text.IsOk)
            {
                return output.Fail(text.Error!, line: true);
            }

            Result<bool> good = await judge(path, text.Value).ConfigureAwait(false);
            if (!good.IsOk)
            {
                return output.Fail(good.Error!, line: true);
            }

            refused += good.Value ? 0 : 1;
        }

        if (!output.Json)
        {
            output.WriteLine($"{files.Value.Count} programs, {refused} {bad}.");
        }

        return refused == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static Result<IReadOnlyList<string>> Files(IReadOnlyList<string> paths)
    {
        List<string> files = [];
        foreach (string path in paths)
        {
            if (Directory.Exists(path))
            {
                string[] programs = [.. Directory.EnumerateFiles(path, "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
                if (programs.Length == 0)
                {
                    return Arguments.Invalid($"The folder {path} holds no program: nothing in it is named *.py. Name a folder that does, or the files themselves.");
                }

                files.AddRange(programs);
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                return Arguments.Invalid($"There is no file or folder {path}; name programs, or a folder of them.");
            }
        }

        return Result.Of<IReadOnlyList<string>>(files);
    }
}
