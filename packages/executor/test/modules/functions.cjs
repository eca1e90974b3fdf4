exports.kind = () => "CommonJS";
exports.later = async () => "later";
