namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>A word, a number, a time of day or a sign.</summary>
/// <param name="Text">In small letters; a number's digits.</param>
/// <param name="Value">A number's value, or a time of day in minutes; NaN for words.</param>
/// <param name="IsTime">Whether it is a time of day such as 22:00.</param>
/// <param name="Glued">Whether it follows the token before it without a space.</param>
internal sealed record Token(string Text, double Value, bool IsTime, bool Glued)
{
    internal bool IsNumber => !double.IsNaN(Value) && !IsTime;
}
