using System;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Generation.Models.Prompts;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Codegen.Templates;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

/// <summary>What is taken of an answer, and how hard a request is found.</summary>
public sealed class ReplyTests
{
    private const string Program = "def loop():\n    pass\n";

    [Theory]
    [InlineData("```python\ndef loop():\n    pass\n```")]
    [InlineData("Here:\r\n\r\n```py\r\ndef loop():\r\n    pass\r\n```\r\nDone.")]
    [InlineData("  ```micropython\ndef loop():\n    pass\n  ```")]
    [InlineData("````\ndef loop():\n    pass\n````")]
    [InlineData("```json\n{}\n```\n```python\ndef loop():\n    pass\n```")]
    [InlineData("```python\ndef loop():\n    pass\n```\n```question\nignored?\n```")]
    public void The_one_program_is_taken_whatever_stands_around_it(string answer) => Assert.Equal(Program, ModelReply.Read(answer).Value.Source);

    [Theory]
    [InlineData("", "no block")]
    [InlineData("I am sorry, I cannot do that.", "no block")]
    [InlineData("```python\ndef loop():", "not closed")]
    [InlineData("```python\na\n```\n```python\nb\n```", "2 programs")]
    [InlineData("```bash\nrm -rf /\n```", "no block")]
    [InlineData("```question\n \n```", "no block")]
    [InlineData("def loop():\n    pass", "no block")]
    public void An_answer_without_one_program_says_why(string answer, string words)
    {
        Result<ModelReply> none = ModelReply.Read(answer);
        Assert.Equal(ErrorCodes.ModelNoProgram, none.Error?.Code);
        Assert.Contains(words, none.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_is_one_printable_line_of_bounded_length()
    {
        string question = ModelReply.Read($"```question\nOn which\n pin\u001b[2J? {new string('x', 5000)}\n```").Value.Question!;
        Assert.StartsWith("On which pin\ufffd[2J? xx", question, StringComparison.Ordinal);
        Assert.InRange(question.Length, 10, 400);
    }

    [Fact]
    public void A_scenario_beside_the_program_is_kept_as_it_is() =>
        Assert.Equal("{\"duration_s\": 5}\n", ModelReply.Read("```python\na\n```\n```json\n{\"duration_s\": 5}\n```").Value.Scenario);

    [Fact]
    public void What_no_template_does_long_requests_and_failed_rounds_are_harder()
    {
        int Of(string request, bool changes = false, int failed = 0) => Difficulty.Of(SentenceReader.Read(request, Board.Find("esp32")!), changes, failed);
        const string Easy = "read the soil sensor";
        const string Hard = "compute a PID loop for the heater on pin 26 from the DS18B20 on pin 4";
        Assert.InRange(Of(Easy), 0, 20);
        Assert.True(Of(Easy) < Of(Easy, changes: true));
        Assert.True(Of(Easy) < Of(Hard));
        Assert.True(Of(Hard) < Of(Hard, failed: 1));
        Assert.True(Of(Hard) < Of(string.Concat(System.Linq.Enumerable.Repeat(Hard + " ", 8))));
        Assert.Equal(100, Of(Hard, true, int.MaxValue));
        Assert.InRange(Of(""), 0, 100);
    }
}
