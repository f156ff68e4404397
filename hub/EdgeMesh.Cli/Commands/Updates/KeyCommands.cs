using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Cli.Rendering;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Cli.Commands.Updates;

/// <summary><c>edgemesh keys …</c></summary>
internal static class KeyCommands
{
    internal static Command Create(GlobalOptions options) => new("keys", "The keys that sign firmware. `new` and `rotate` need no hub.")
    {
        New(options), Rotate(options), Trust(options), List(options), Distrust(options),
    };

    private static Command New(GlobalOptions options)
    {
        Argument<string> name = new("NAME") { Description = "The files' name: NAME.pem, the secret, and NAME.pub.pem." };
        Option<string> folder = new("--out") { Description = "Folder of the files.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        Command make = new("new", "Makes an Ed25519 key pair. No file is overwritten.") { name, folder };
        make.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            if (!Names.IsValid(parsed.GetValue(name)!))
            {
                return output.Fail(Arguments.Invalid($"The name \"{parsed.GetValue(name)}\" is not valid: it takes {Names.Grammar}."));
            }

            string path = Path.Combine(parsed.GetValue(folder)!, parsed.GetValue(name)!);
            return WriteNew(output, path + ".pem", path + ".pub.pem");
        });
        return make;
    }

    private static int WriteNew(Output output, string privatePath, string publicPath)
    {
        Result<NewFile?> secret = NewFile.Create(privatePath);
        if (!secret.IsOk)
        {
            return output.Fail(secret.Error!);
        }

        using NewFile secretFile = secret.Value!;
        Result<NewFile?> open = NewFile.Create(publicPath);
        if (!open.IsOk)
        {
            return output.Fail(open.Error!);
        }

        using NewFile publicFile = open.Value!;
        Ed25519Key key = Ed25519Key.Generate();
        secretFile.Commit(key.ToPem());
        publicFile.Commit(Ed25519Key.PublicKeyToPem(key.PublicKey));
        string text = Hex.Encode(key.PublicKey);
        if (output.Json)
        {
            output.WriteDocument(new JsonObject { ["key"] = text, ["private_file"] = secretFile.Path, ["public_file"] = publicFile.Path });
        }
        else
        {
            output.WriteLine(text);
            output.Hint($"{secretFile.Path} is the secret: keep it off the hub. {publicFile.Path} is for everyone: `edgemesh keys trust NAME {publicPath} --kinds …`.");
            output.Hint($"To pin it on a device, put this into its configuration: \"publishers\":[{{\"key\":\"{text}\",\"kinds\":[\"{ImageKinds.NanoApp}\"]}}]");
        }

        return ExitCodes.Ok;
    }

    private static Command Rotate(GlobalOptions options)
    {
        Argument<string> old = new("OLD.pem") { Description = "The private key in use." };
        Argument<string> next = new("NEW.pub.pem") { Description = "The public key that takes its place." };
        Option<string> kinds = PublisherFiles.Kinds();
        Option<string?> chain = PublisherFiles.ChainOption();
        Option<long?> sequence = new("--sequence") { Description = "The statement's sequence; by default the seconds since 1970, above those of the chain.", HelpName = "N" };
        Option<string> file = new("--out") { Description = "The chain's file; it is not overwritten.", HelpName = "FILE", Required = true };
        Command rotate = new("rotate", "Signs a new key with the old one. Sign firmware with the new key and --chain then.") { old, next, kinds, chain, sequence, file };
        rotate.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            string[] may = parsed.GetValue(kinds)!.Split(',');
            if (!may.All(ImageKinds.IsKnown))
            {
                return output.Fail(Arguments.Invalid($"A kind is unknown: use {ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp} or {ImageKinds.Esp32Image}."));
            }

            Result<Ed25519Key> key = PublisherFiles.PrivateKey(parsed.GetValue(old)!);
            Result<byte[]> successor = PublisherFiles.PublicKey(parsed.GetValue(next)!);
            if (!key.IsOk || !successor.IsOk)
            {
                return output.Fail(key.Error ?? successor.Error!);
            }

            Result<string[]> before = PublisherFiles.Chain(parsed.GetValue(chain), key.Value.PublicKey);
            return before.IsOk
                ? WriteChain(output, parsed.GetValue(file)!, before.Value, key.Value, successor.Value, may, parsed.GetValue(sequence))
                : output.Fail(before.Error!);
        });
        return rotate;
    }

    private static int WriteChain(Output output, string path, string[] before, Ed25519Key key, byte[] successor, string[] kinds, long? sequence)
    {
        if (before.Length == Limits.KeyChainLength)
        {
            return output.Fail(Arguments.Invalid(
                $"A chain has at most {Limits.KeyChainLength} statements. Devices that confirmed an image by a later key need no earlier ones: begin the chain with that key."));
        }

        long last = before.Length == 0 ? 0 : KeyStatement.Read(before[^1], out _)!.Sequence;
        KeyStatement statement = new() { By = Hex.Encode(key.PublicKey), Key = Hex.Encode(successor), Kinds = kinds, Sequence = sequence ?? Math.Max(PublisherFiles.NowSeconds, last + 1) };
        if (statement.Sequence <= last)
        {
            return output.Fail(Arguments.Invalid($"The sequence {statement.Sequence} is not above {last}, that of the chain's last statement."));
        }

        Result<NewFile?> created = NewFile.Create(path);
        if (!created.IsOk)
        {
            return output.Fail(created.Error!);
        }

        using NewFile file = created.Value!;
        byte[] bytes = statement.ToBytes();
        file.Commit(PublisherFiles.ToJson([.. before, KeyStatement.TextOf(bytes, key.Sign(KeyStatement.BytesToSign(bytes)))]));
        output.Hint($"Sign with the new key and `--chain {path}`. A device refuses the old key once it has confirmed an image signed by the new one.");
        return ExitCodes.Ok;
    }

    private static Command Trust(GlobalOptions options)
    {
        Argument<string> name = new("NAME") { Description = "What to call the publisher." };
        Argument<string> file = new("PUB.pem") { Description = "The public key." };
        Option<string> kinds = PublisherFiles.Kinds();
        Command trust = new("trust", "Trusts a publisher's key: the hub takes and sends what it signed.") { name, file, kinds };
        trust.SetAction(options.Action(async call =>
        {
            Result<byte[]> key = PublisherFiles.PublicKey(call.Arguments.GetValue(file)!);
            if (!key.IsOk)
            {
                return call.Output.Fail(key.Error!);
            }

            JsonObject parameters = new()
            {
                ["name"] = call.Arguments.GetValue(name), ["pem"] = Ed25519Key.PublicKeyToPem(key.Value), ["kinds"] = call.Arguments.GetValue(kinds),
            };
            return await call.AnswerAsync<PublisherRow>("keys-trust", parameters, p => Tables.Publishers([p])).ConfigureAwait(false);
        }));
        return trust;
    }

    private static Command List(GlobalOptions options)
    {
        Command list = new("list", "Lists the publishers' keys that the hub trusts.");
        list.SetAction(options.Action(call => call.AnswerAsync<IReadOnlyList<PublisherRow>>("keys-list", [], Tables.Publishers)));
        return list;
    }

    private static Command Distrust(GlobalOptions options)
    {
        Argument<string> name = new("NAME") { Description = "The publisher." };
        Command distrust = new("distrust", "Trusts a key no longer: what it signed is sent to no device any more.") { name };
        distrust.SetAction(options.Action(async call =>
        {
            Result<JsonNode?> gone = await call.Hub.RunAsync("keys-distrust", new JsonObject { ["name"] = call.Arguments.GetValue(name) }, call.Cancellation).ConfigureAwait(false);
            if (!gone.IsOk)
            {
                return call.Output.Fail(gone.Error!);
            }

            call.Output.Hint($"The hub trusts {call.Arguments.GetValue(name)} no longer. Devices keep the keys that are pinned on them.");
            return ExitCodes.Ok;
        }));
        return distrust;
    }
}
