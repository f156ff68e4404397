using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen;

/// <summary>sentences.json: what people say, and what must be read of it.</summary>
public sealed class SentenceTests
{
    private static readonly Board Board = Board.Find("esp32")!;
    private static readonly JsonArray Corpus = (JsonArray)JsonNode.Parse(File.ReadAllText(Path.Combine(Interpreter.Root, "tests/EdgeMesh.Hub.Tests/Codegen/sentences.json")))!;

    public static TheoryData<string> Sentences => [.. Corpus.Select(c => c!["say"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_sentence_has_its_reading(string sentence)
    {
        JsonNode expected = Corpus.First(c => c!["say"]!.GetValue<string>() == sentence)!;
        Reading reading = SentenceReader.Read(sentence, Board.Find(expected["board"]?.GetValue<string>() ?? "esp32")!);
        string got = ReadingText.Of(reading).ToJsonString(Relaxed);
        JsonObject wanted = new() { ["is"] = expected["is"]?.DeepClone() ?? new JsonArray(), ["missing"] = expected["missing"]?.DeepClone() ?? new JsonArray(), ["refused"] = expected["refused"]?.DeepClone() ?? new JsonArray() };
        if (expected["is"] is null)
        {
            // Where something is open, what else was understood is a help and no promise.
            Assert.False(reading.Complete);
            got = Without(ReadingText.Of(reading)).ToJsonString(Relaxed);
            wanted.Remove("is");
        }

        Assert.Equal(wanted.ToJsonString(Relaxed), got);
    }

    [Fact]
    public void Every_complete_reading_becomes_a_program_that_compiles()
    {
        Reading[] readings = [.. Corpus.Where(c => c!["is"] is not null).Select(c => SentenceReader.Read(c!["say"]!.GetValue<string>(), Board.Find(c["board"]?.GetValue<string>() ?? "esp32")!))];
        List<string> sources = [];
        foreach (Reading reading in readings)
        {
            Result<WrittenProgram> program = ProgramWriter.Write(reading);
            Assert.True(program.IsOk, $"{reading.Request}: {program.Error?.Message}");
            Assert.NotEmpty(program.Value.Scenario["expect"]!.AsArray());
            Assert.Equal(program.Value.Pins.Select(p => p.Pin).Distinct().Count(), program.Value.Pins.Count);
            sources.Add(program.Value.Source);
        }

        string?[] errors = Interpreter.Compile(sources);
        Assert.All(errors.Zip(readings), p => Assert.True(p.First is null, p.Second.Request + ": " + p.First));
    }

    [Fact]
    public void What_is_open_or_refused_becomes_no_program_and_says_what_to_do()
    {
        foreach (JsonNode? c in Corpus.Where(c => c!["is"] is null))
        {
            Reading reading = SentenceReader.Read(c!["say"]!.GetValue<string>(), Board.Find(c["board"]?.GetValue<string>() ?? "esp32")!);
            Assert.False(ProgramWriter.Write(reading).IsOk);
            Assert.All(reading.Missing, m => Assert.EndsWith("?", m.Question.TrimEnd('.'), StringComparison.Ordinal));
            Assert.All(reading.Refused, r => Assert.EndsWith(".", r.Reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_corpus_is_of_120_sentences_and_more() => Assert.True(Corpus.Count >= 120, $"{Corpus.Count}");

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject Without(JsonObject json)
    {
        json.Remove("is");
        return json;
    }
}
